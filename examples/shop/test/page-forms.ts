import type { Browser } from "@coatcheck/testing";

export const eve = { username: "Eve", password: "secure123", theme: "dark" };
export const grace = { username: "Grace", password: "admin123", theme: "light" };

export async function textOf(visitor: Browser, path: string): Promise<string> {
  return (await visitor.visit(path)).text();
}

/** Submits a form of the page that holds its token; the other fields are given. */
export async function submitFrom(
  visitor: Browser,
  page: string,
  action: string,
  fields: Record<string, string> = {},
): Promise<Response> {
  const token = fieldOf(await textOf(visitor, page), "csrf_token");
  return visitor.submit(action, { ...fields, csrf_token: token });
}

/** The value of the first field of that name. */
export function fieldOf(page: string, name: string): string {
  const [, value] = new RegExp(`name="${name}" value="([^"]+)"`).exec(page) ?? [];
  if (value === undefined) throw new Error(`The page has no field ${name}.`);
  return value;
}

/** Closes the browser and opens it again: cookies that were not to outlive it are gone. */
export async function restart(visitor: Browser): Promise<void> {
  await visitor.setCookie("__Host-session=; Path=/; Secure; Max-Age=0");
}
