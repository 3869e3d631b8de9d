import {
  encryptedCookie,
  memoryStore,
  type PendingSession,
  type Session,
  SessionManager,
  type StandardSchema,
  serverSide,
} from "@coatcheck/core";
import * as v from "valibot";
import { expectTypeOf } from "vitest";

// Never run: `tsc -p tsconfig.json` checks it. An `@ts-expect-error` above a line that compiles is an error.

/** An interface, which has no index signature: `Data extends Record<string, unknown>` would refuse it. */
interface Data {
  cart: string[];
  theme: "light" | "dark";
  visits?: number;
}

interface Messages {
  notice: string;
  error: { field: string };
}

declare const request: Request;
declare const session: Session<Data, Messages>;
declare const pending: PendingSession<Data, Messages>;

// Values have the types of Data, or are undefined.
expectTypeOf(session.get("cart")).toEqualTypeOf<string[] | undefined>();
expectTypeOf(session.get("theme")).toEqualTypeOf<"light" | "dark" | undefined>();
expectTypeOf(session.get("visits")).toEqualTypeOf<number | undefined>();
expectTypeOf(session.take("cart")).toEqualTypeOf<string[] | undefined>();
expectTypeOf(session.has("cart")).toEqualTypeOf<boolean>();
expectTypeOf(session.delete("cart")).toEqualTypeOf<boolean>();
expectTypeOf(session.size).toEqualTypeOf<number>();
session.set("cart", ["book"]);
session.set("visits", 1);

// @ts-expect-error: unknown key
session.get("carts");
// @ts-expect-error: unknown key
session.set("carts", []);
// @ts-expect-error: unknown key
session.has("carts");
// @ts-expect-error: unknown key
session.delete("carts");
// @ts-expect-error: unknown key
session.take("carts");
// @ts-expect-error: wrong type
session.set("cart", "book");
// @ts-expect-error: wrong literal
session.set("theme", "blue");
// @ts-expect-error: delete the key instead
session.set("visits", undefined);
// @ts-expect-error: the value may be undefined
session.get("cart").push("book");

// The function of update gets the current value and returns the new one.
expectTypeOf(session.update("visits", (n = 0) => n + 1)).toEqualTypeOf<number>();
session.update("cart", (cart) => {
  expectTypeOf(cart).toEqualTypeOf<string[] | undefined>();
  return [...(cart ?? []), "book"];
});
// @ts-expect-error: wrong type
session.update("visits", () => "one");
// @ts-expect-error: not asynchronous
session.update("visits", async () => 1);

// In each entry, the key determines the type of the value.
for (const [key, value] of session.entries()) {
  expectTypeOf(key).toEqualTypeOf<"cart" | "theme" | "visits">();
  if (key === "cart") expectTypeOf(value).toEqualTypeOf<string[]>();
  if (key === "visits") expectTypeOf(value).toEqualTypeOf<number>();
}

// Flash messages are the second type parameter.
session.flash("notice", "saved");
session.flash("error", { field: "email" });
expectTypeOf(session.flashed("notice")).toEqualTypeOf<string | undefined>();
expectTypeOf(session.flashed("error")).toEqualTypeOf<{ field: string } | undefined>();
// @ts-expect-error: wrong type
session.flash("notice", { field: "email" });
// @ts-expect-error: unknown message
session.flash("warning", "saved");
// @ts-expect-error: a key of data is not a message
session.flashed("cart");

// Metadata is read-only.
expectTypeOf(session.id).toEqualTypeOf<string | undefined>();
expectTypeOf(session.subject).toEqualTypeOf<string | undefined>();
expectTypeOf(session.authenticatedAt).toEqualTypeOf<number | undefined>();
expectTypeOf(session.createdAt).toEqualTypeOf<number>();
expectTypeOf(session.expiresAt).toEqualTypeOf<number>();
expectTypeOf(session.isNew).toEqualTypeOf<boolean>();
session.persistent = true;
// @ts-expect-error: bind sets the subject
session.subject = "eve";
// @ts-expect-error: regenerate changes the id
session.id = "";
// @ts-expect-error: a subject is a string: String(user.id)
session.bind(42);
// @ts-expect-error: missing subject
session.bind();

// A pending session is not a session: it must be awaited.
expectTypeOf(await pending).toEqualTypeOf<Session<Data, Messages>>();
// @ts-expect-error: not awaited
pending.get("cart");
// @ts-expect-error: not awaited
pending.set("cart", []);
// @ts-expect-error: not awaited
pending.destroy();
// @ts-expect-error: not awaited
pending.subject;
// @ts-expect-error: not awaited
export const forgotten: Session<Data, Messages> = pending;

// The handler has the types of the manager.
const sessions = new SessionManager<Data, Messages>({ mode: serverSide(memoryStore()) });
expectTypeOf(sessions.open(request)).toEqualTypeOf<PendingSession<Data, Messages>>();
expectTypeOf(sessions.commit(pending, new Response())).toEqualTypeOf<Promise<Response>>();
const handle = sessions.wrap(async (_request, pending, environment: { readonly region: string }, count: number) => {
  expectTypeOf(await pending).toEqualTypeOf<Session<Data, Messages>>();
  return new Response(environment.region.repeat(count));
});
expectTypeOf(handle).parameters.toEqualTypeOf<[Request, { readonly region: string }, number]>();
expectTypeOf(handle).returns.toEqualTypeOf<Promise<Response>>();
// @ts-expect-error: a handler returns a response
sessions.wrap(async () => undefined);
// @ts-expect-error: missing request
sessions.open();
declare const ofOtherTypes: PendingSession<{ cart: number }>;
// @ts-expect-error: a session of another manager
sessions.commit(ofOtherTypes, new Response());

// Without type parameters, keys are strings, values are unknown and messages are strings.
const untyped = await new SessionManager({ mode: serverSide(memoryStore()) }).open(request);
expectTypeOf(untyped.get("anything")).toEqualTypeOf<unknown>();
expectTypeOf(untyped.flashed("anything")).toEqualTypeOf<string | undefined>();
untyped.set("anything", { at: "all" });
// @ts-expect-error: a message is a string by default
untyped.flash("notice", 42);

// A schema determines Data.
const schema = v.object({
  cart: v.optional(v.array(v.string())),
  visits: v.optional(v.pipe(v.string(), v.transform(Number))),
});
const inferred = await new SessionManager({ mode: serverSide(memoryStore()), schema }).open(request);
expectTypeOf(inferred.get("cart")).toEqualTypeOf<string[] | undefined>();
expectTypeOf(inferred.get("visits")).toEqualTypeOf<number | undefined>();
inferred.set("visits", 1);
// @ts-expect-error: the schema converts it to a number
inferred.set("visits", "1");
// @ts-expect-error: not in the schema
inferred.get("theme");

// A schema of other data is an error.
declare const other: StandardSchema<{ cart?: number }>;
// @ts-expect-error: cart is an array of strings
new SessionManager<Data>({ mode: serverSide(memoryStore()), schema: other });

// Options are checked.
// @ts-expect-error: missing mode
new SessionManager({});
// @ts-expect-error: a store is not a mode
new SessionManager({ mode: memoryStore() });
// @ts-expect-error: missing secrets
encryptedCookie({});
// @ts-expect-error: an environment variable that may be undefined
encryptedCookie({ secrets: undefined });
// @ts-expect-error: lower case
new SessionManager({ mode: serverSide(memoryStore()), cookie: { sameSite: "Lax" } });
// @ts-expect-error: seconds
new SessionManager({ mode: serverSide(memoryStore()), lifetime: { idle: "1h" } });
