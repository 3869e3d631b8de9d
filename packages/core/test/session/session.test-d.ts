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

// Never run: `tsc -p tsconfig.json` checks it. What must not compile is marked; should it compile, the mark is an error.

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

// Values are what Data says, or not there.
expectTypeOf(session.get("cart")).toEqualTypeOf<string[] | undefined>();
expectTypeOf(session.get("theme")).toEqualTypeOf<"light" | "dark" | undefined>();
expectTypeOf(session.get("visits")).toEqualTypeOf<number | undefined>();
expectTypeOf(session.take("cart")).toEqualTypeOf<string[] | undefined>();
expectTypeOf(session.has("cart")).toEqualTypeOf<boolean>();
expectTypeOf(session.delete("cart")).toEqualTypeOf<boolean>();
expectTypeOf(session.size).toEqualTypeOf<number>();
session.set("cart", ["book"]);
session.set("visits", 1);

// @ts-expect-error: there is no such key
session.get("carts");
// @ts-expect-error: there is no such key
session.set("carts", []);
// @ts-expect-error: there is no such key
session.has("carts");
// @ts-expect-error: there is no such key
session.delete("carts");
// @ts-expect-error: there is no such key
session.take("carts");
// @ts-expect-error: not of this type
session.set("cart", "book");
// @ts-expect-error: not one of them
session.set("theme", "blue");
// @ts-expect-error: delete it instead
session.set("visits", undefined);
// @ts-expect-error: it may be missing
session.get("cart").push("book");

// update gets what is there and gives what will be.
expectTypeOf(session.update("visits", (n = 0) => n + 1)).toEqualTypeOf<number>();
session.update("cart", (cart) => {
  expectTypeOf(cart).toEqualTypeOf<string[] | undefined>();
  return [...(cart ?? []), "book"];
});
// @ts-expect-error: not of this type
session.update("visits", () => "one");
// @ts-expect-error: not computed later
session.update("visits", async () => 1);

// entries come as pairs that know each other.
for (const [key, value] of session.entries()) {
  expectTypeOf(key).toEqualTypeOf<"cart" | "theme" | "visits">();
  if (key === "cart") expectTypeOf(value).toEqualTypeOf<string[]>();
  if (key === "visits") expectTypeOf(value).toEqualTypeOf<number>();
}

// Messages are the second parameter.
session.flash("notice", "saved");
session.flash("error", { field: "email" });
expectTypeOf(session.flashed("notice")).toEqualTypeOf<string | undefined>();
expectTypeOf(session.flashed("error")).toEqualTypeOf<{ field: string } | undefined>();
// @ts-expect-error: not of this type
session.flash("notice", { field: "email" });
// @ts-expect-error: there is no such message
session.flash("warning", "saved");
// @ts-expect-error: data is no message
session.flashed("cart");

// What a session says about itself is not for writing.
expectTypeOf(session.id).toEqualTypeOf<string | undefined>();
expectTypeOf(session.subject).toEqualTypeOf<string | undefined>();
expectTypeOf(session.authenticatedAt).toEqualTypeOf<number | undefined>();
expectTypeOf(session.createdAt).toEqualTypeOf<number>();
expectTypeOf(session.expiresAt).toEqualTypeOf<number>();
expectTypeOf(session.isNew).toEqualTypeOf<boolean>();
session.persistent = true;
// @ts-expect-error: bind says who this is
session.subject = "eve";
// @ts-expect-error: regenerate makes another
session.id = "";
// @ts-expect-error: a subject is a text: String(user.id)
session.bind(42);
// @ts-expect-error: who?
session.bind();

// A pending session is no session: await is not to be forgotten.
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

// A manager hands its types on to the handler.
const sessions = new SessionManager<Data, Messages>({ mode: serverSide(memoryStore()) });
expectTypeOf(sessions.open(request)).toEqualTypeOf<PendingSession<Data, Messages>>();
expectTypeOf(sessions.commit(pending, new Response())).toEqualTypeOf<Promise<Response>>();
const handle = sessions.wrap(async (_request, pending, environment: { readonly region: string }, count: number) => {
  expectTypeOf(await pending).toEqualTypeOf<Session<Data, Messages>>();
  return new Response(environment.region.repeat(count));
});
expectTypeOf(handle).parameters.toEqualTypeOf<[Request, { readonly region: string }, number]>();
expectTypeOf(handle).returns.toEqualTypeOf<Promise<Response>>();
// @ts-expect-error: a handler answers
sessions.wrap(async () => undefined);
// @ts-expect-error: no session without a request
sessions.open();
declare const ofOtherTypes: PendingSession<{ cart: number }>;
// @ts-expect-error: a session of other types is another manager's
sessions.commit(ofOtherTypes, new Response());

// Without types, keys are texts, values are unknown, and messages are texts.
const untyped = await new SessionManager({ mode: serverSide(memoryStore()) }).open(request);
expectTypeOf(untyped.get("anything")).toEqualTypeOf<unknown>();
expectTypeOf(untyped.flashed("anything")).toEqualTypeOf<string | undefined>();
untyped.set("anything", { at: "all" });
// @ts-expect-error: a message is a text unless declared otherwise
untyped.flash("notice", 42);

// A schema says what Data is.
const schema = v.object({
  cart: v.optional(v.array(v.string())),
  visits: v.optional(v.pipe(v.string(), v.transform(Number))),
});
const inferred = await new SessionManager({ mode: serverSide(memoryStore()), schema }).open(request);
expectTypeOf(inferred.get("cart")).toEqualTypeOf<string[] | undefined>();
expectTypeOf(inferred.get("visits")).toEqualTypeOf<number | undefined>();
inferred.set("visits", 1);
// @ts-expect-error: the schema makes a number of it
inferred.set("visits", "1");
// @ts-expect-error: not in the schema
inferred.get("theme");

// A schema of something else does not fit.
declare const other: StandardSchema<{ cart?: number }>;
// @ts-expect-error: cart is a list of texts
new SessionManager<Data>({ mode: serverSide(memoryStore()), schema: other });

// Options are checked.
// @ts-expect-error: no mode
new SessionManager({});
// @ts-expect-error: a store is no mode
new SessionManager({ mode: memoryStore() });
// @ts-expect-error: no secrets
encryptedCookie({});
// @ts-expect-error: an environment variable that may not be set
encryptedCookie({ secrets: undefined });
// @ts-expect-error: lower case
new SessionManager({ mode: serverSide(memoryStore()), cookie: { sameSite: "Lax" } });
// @ts-expect-error: seconds
new SessionManager({ mode: serverSide(memoryStore()), lifetime: { idle: "1h" } });
