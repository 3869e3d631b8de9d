import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** axe finds barriers for people who cannot see, cannot hear or do not use a mouse. */
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns the accessibility violations that axe finds on a page. @param rules - ids of rules. @default all rules */
export async function violationsOn(page: Page, rules?: readonly string[]): Promise<unknown[]> {
  // Evaluated as a value: the Content-Security-Policy of the pages forbids a script element.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe);
  const options = JSON.stringify({ resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `axe.run(${options})`,
  );
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** Whether visitors have to scroll sideways. */
export function isWiderThanScreen(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
}
