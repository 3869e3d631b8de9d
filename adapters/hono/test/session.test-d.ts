import {
  encryptedCookie,
  memoryStore,
  type PendingSession,
  type Session,
  SessionManager,
  serverSide,
} from "@coatcheck/core";
import { type SessionEnv, session } from "@coatcheck/hono";
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";

// Type-checked with the workspace, never run. Each @ts-expect-error is a line that must not compile.

interface Data {
  cart: string[];
  theme: "light" | "dark";
}
interface Flash {
  notice: string;
}
interface Bindings {
  readonly SESSION_SECRET: string;
}

declare function same<Expected>(): <Actual>(actual: Actual) => Equal<Actual, Expected>;
type Equal<A, B> = (<T>() => T extends A ? true : false) extends <T>() => T extends B ? true : false ? true : false;
declare function assertType(isTrue: true): void;

const sessions = new SessionManager<Data, Flash>({ mode: serverSide(memoryStore()) });
const managerOf = (c: Context<{ Bindings: Bindings }>) =>
  new SessionManager<Data, Flash>({ mode: encryptedCookie({ secrets: c.env.SESSION_SECRET }) });

// The chain carries the type of the session into every handler.
new Hono().use(session(sessions)).get("/", async (c) => {
  const session = await c.var.session;
  assertType(same<Session<Data, Flash>>()(session));
  assertType(same<PendingSession<Data, Flash>>()(c.get("session")));
  assertType(same<string[] | undefined>()((await c.var.session).get("cart")));
  assertType(same<string | undefined>()(session.flashed("notice")));
  session.set("theme", "dark");

  // @ts-expect-error the session must be awaited before it is read
  c.var.session.get("cart");
  // @ts-expect-error the session must be awaited before it is written to
  c.var.session.set("theme", "dark");
  // @ts-expect-error unknown key
  session.get("basket");
  // @ts-expect-error invalid value
  session.set("theme", "blue");
  // @ts-expect-error invalid value
  session.set("cart", "book");
  // @ts-expect-error unknown message
  session.flash("warning", "low stock");
  return c.text("ok");
});

// SessionEnv has the same types without a chain.
const app = new Hono<SessionEnv<typeof sessions>>();
app.use(session(sessions));
app.get("/", async (c) => {
  assertType(same<Session<Data, Flash>>()(await c.var.session));
  assertType(same<string[] | undefined>()((await c.var.session).get("cart")));
  // @ts-expect-error the session must be awaited before it is read
  c.var.session.get("cart");
  // @ts-expect-error invalid value
  (await c.var.session).set("theme", "blue");
  return c.text("ok");
});

// SessionEnv types helpers, middleware, sub-applications and error handlers.
const cartOf = async (c: Context<SessionEnv<typeof sessions>>) => (await c.var.session).get("cart");
app.get("/:item", async (c) => c.json(await cartOf(c)));
new Hono().use(session(sessions)).get("/:item", async (c) => c.json(await cartOf(c)));
const loggedIn = createMiddleware<SessionEnv<typeof sessions>>(async (c, next) => {
  assertType(same<Session<Data, Flash>>()(await c.var.session));
  await next();
});
new Hono()
  .use(session(sessions))
  .use(loggedIn)
  .route("/shop", app)
  .notFound(async (c) => c.json((await c.get("session")).get("cart"), 404))
  .onError(async (_error, c) => c.json((await c.get("session")).get("cart"), 500));

// With a function of the context, its bindings are added to those of the application.
new Hono().use(session(managerOf)).get("/", async (c) => {
  assertType(same<Session<Data, Flash>>()(await c.var.session));
  assertType(same<string>()(c.env.SESSION_SECRET));
  return c.text("ok");
});
new Hono<{ Bindings: Bindings & { readonly LIMIT: number }; Variables: { user: string } }>()
  .use(session(managerOf))
  .get("/", async (c) => {
    assertType(same<Session<Data, Flash>>()(await c.var.session));
    assertType(same<string>()(c.var.user));
    assertType(same<number>()(c.env.LIMIT));
    return c.text("ok");
  });
const worker = new Hono<SessionEnv<ReturnType<typeof managerOf>> & { Bindings: Bindings }>();
worker.use(session(managerOf));
worker.get("/", session(managerOf), async (c) => {
  assertType(same<Session<Data, Flash>>()(await c.var.session));
  assertType(same<string>()(c.env.SESSION_SECRET));
  return c.text("ok");
});

// A manager does not change the bindings of the application.
new Hono<{ Bindings: Bindings }>().use(session(sessions)).get("/", (c) => {
  assertType(same<string>()(c.env.SESSION_SECRET));
  return c.text("ok");
});

// A manager without a type has any key, with unknown values.
new Hono().use(session(new SessionManager({ mode: serverSide(memoryStore()) }))).get("/", async (c) => {
  assertType(same<unknown>()((await c.var.session).get("anything")));
  return c.text("ok");
});

// There is no global declaration: without session() there is no c.var.session.
new Hono().get("/", (c) => {
  // @ts-expect-error no session() before this handler
  c.var.session;
  return c.text("ok");
});

// @ts-expect-error the manager is missing
session();
// @ts-expect-error options are not a manager
session({ mode: serverSide(memoryStore()) });
// @ts-expect-error a promise of a manager is not accepted
session(async () => sessions);
// @ts-expect-error the function must declare the bindings that it needs
session((c) => managerOf(c));
