import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";

/** Reads required form fields. @throws HTTPException 400 that names the fields that are missing or empty */
export async function readForm<Name extends string>(c: Context, ...names: Name[]): Promise<Record<Name, string>> {
  const form = await parseForm(c);
  const isFilled = (name: Name) => typeof form[name] === "string" && form[name] !== "";
  const missing = names.filter((name) => !isFilled(name));
  if (missing.length > 0) throw new HTTPException(400, { message: `Please fill in: ${missing.join(", ")}.` });
  return form as Record<Name, string>;
}

/** Reads an optional form field. A checkbox that is not checked is absent. */
export async function readField(c: Context, name: string): Promise<unknown> {
  return (await parseForm(c))[name];
}

/** Reads all text fields of a form. */
export async function readFields(c: Context): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(await parseForm(c));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** A body that is not a form has no fields. */
async function parseForm(c: Context): Promise<Record<string, unknown>> {
  return c.req.parseBody().catch(() => ({}));
}
