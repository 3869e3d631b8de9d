import type { Locator, Page } from "playwright-core";

/** Fills in the form with that action and those visible fields, and sends it with its button. */
export async function submit(page: Page, action: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  const hasFields = Object.keys(fields).map((name) => `:has([name="${name}"]:not([type="hidden"]))`);
  await submitForm(page.locator(`form[action="${action}"]${hasFields.join("")}`).first(), fields);
}

/** Fills in a form and sends it with its first button. Resolves when the next page has loaded. */
export async function submitForm(form: Locator, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    const kind = await field.evaluate((element) => `${element.tagName} ${element.getAttribute("type")}`);
    if (kind.startsWith("SELECT")) await field.selectOption(value);
    else if (kind === "INPUT checkbox") await field.setChecked(value === "on");
    else await field.fill(value);
  }
  const page = form.page();
  await Promise.all([page.waitForEvent("load"), form.locator("button").first().click()]);
}
