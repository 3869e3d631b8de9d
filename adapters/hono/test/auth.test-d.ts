import { requireAll, requireFresh, requireLevel, requireSubject, requireThat } from "@coatcheck/auth";
import { memoryStore, type Session, SessionManager, serverSide } from "@coatcheck/core";
import { type SessionEnv, session } from "@coatcheck/hono";
import { guard } from "@coatcheck/hono/auth";
import { Hono } from "hono";
import { expectTypeOf } from "vitest";

// Type-checked with the workspace, never run. Each @ts-expect-error is a line that must not compile.

interface Data {
  role: "customer" | "admin";
}

const sessions = new SessionManager<Data>({ mode: serverSide(memoryStore()) });
const requireAdmin = requireThat((session: Session<Data>) => session.get("role") === "admin");

// A handler behind a guard knows the user is there, and still has the session with its types.
new Hono().use(session(sessions)).get("/me", guard(requireSubject), async (c) => {
  expectTypeOf(c.var.subject).toEqualTypeOf<string>();
  expectTypeOf(c.get("subject")).toEqualTypeOf<string>();
  expectTypeOf(await c.var.session).toEqualTypeOf<Session<Data>>();
  return c.text(c.var.subject);
});

// The same holds for every guard, for a whole application, and beside its own variables.
for (const check of [requireFresh(60), requireLevel(2), requireAll(requireFresh(60), requireSubject)]) {
  new Hono<{ Variables: { region: string } }>()
    .use(session(sessions))
    .use(guard(check, { loginPage: "/login" }))
    .get("/me", async (c) => {
      expectTypeOf(c.var.subject).toEqualTypeOf<string>();
      expectTypeOf(c.var.region).toEqualTypeOf<string>();
      expectTypeOf((await c.var.session).get("role")).toEqualTypeOf<"customer" | "admin" | undefined>();
      return c.text(c.var.subject);
    });
}
new Hono().use(session(sessions)).get("/admin", guard(requireAll(requireFresh(60), requireAdmin)), (c) => {
  expectTypeOf(c.var.subject).toEqualTypeOf<string>();
  return c.text(c.var.subject);
});

// Without a chain, the environment has the type.
const app = new Hono<SessionEnv<typeof sessions>>();
app.get("/me", guard(requireSubject), (c) => c.text(c.var.subject));

// Without a guard there is no subject.
new Hono().use(session(sessions)).get("/me", (c) => {
  // @ts-expect-error no guard before this handler
  c.text(c.var.subject);
  return c.text("ok");
});
new Hono()
  .use(session(sessions))
  .get("/me", guard(requireSubject), (c) => c.text(c.var.subject))
  .get("/", async (c) => {
    // @ts-expect-error the guard belongs to another handler
    c.text(c.var.subject);
    // @ts-expect-error the session's own subject may be undefined
    c.text((await c.var.session).subject);
    return c.text("ok");
  });

// @ts-expect-error requireFresh(60) is a guard, requireFresh is not
guard(requireFresh);
// @ts-expect-error a guard does not return a boolean
guard(() => true);
// @ts-expect-error loginPage must be a path
guard(requireSubject, { loginPage: new URL("https://accounts.example/") });
