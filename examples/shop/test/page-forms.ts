import type { Browser } from "@coatcheck/testing";

/** Opens a page and returns its HTML. */
export async function textOf(visitor: Browser, path: string): Promise<string> {
  return (await visitor.visit(path)).text();
}

/** Opens a page, takes the CSRF token from it, and submits a form with that token and the given fields. */
export async function submitFrom(
  visitor: Browser,
  page: string,
  action: string,
  fields: Record<string, string> = {},
): Promise<Response> {
  const token = fieldOf(await textOf(visitor, page), "csrf_token");
  return visitor.submit(action, { ...fields, csrf_token: token });
}

/** The value of the first field with that name. */
export function fieldOf(page: string, name: string): string {
  const [, value] = new RegExp(`name="${name}" value="([^"]+)"`).exec(page) ?? [];
  if (value === undefined) throw new Error(`The page has no field ${name}.`);
  return value;
}

/** Closes the browser and opens it again: the session cookie is gone, persistent cookies are still there. */
export async function restartBrowser(visitor: Browser): Promise<void> {
  await visitor.setCookie("__Host-session=; Path=/; Secure; Max-Age=0");
}
