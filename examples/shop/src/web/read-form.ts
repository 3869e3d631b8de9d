import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";

/** The fields of a form, none of them empty. @throws HTTPException 400 that names those that are */
export async function readForm<Name extends string>(c: Context, ...names: Name[]): Promise<Record<Name, string>> {
  const form = await fieldsOf(c);
  const isFilled = (name: Name) => typeof form[name] === "string" && form[name] !== "";
  const missing = names.filter((name) => !isFilled(name));
  if (missing.length > 0) throw new HTTPException(400, { message: `Please fill in: ${missing.join(", ")}.` });
  return form as Record<Name, string>;
}

/** A field that may be left out, as a checkbox is that was not ticked. */
export async function readField(c: Context, name: string): Promise<unknown> {
  return (await fieldsOf(c))[name];
}

/** All fields that are text. */
export async function readFields(c: Context): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(await fieldsOf(c));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** A body that is no form has no fields. */
async function fieldsOf(c: Context): Promise<Record<string, unknown>> {
  return c.req.parseBody().catch(() => ({}));
}
