import { encryptedCookie, memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { browser } from "@coatcheck/testing";
import { type Context, Hono } from "hono";
import { describe, expect, it } from "vitest";
import { codeOf, type Data, shop } from "./support/shop.ts";

describe("session", () => {
  it("provides the session and stores what was written to it", async () => {
    const { sessions, visit } = shop();
    const app = new Hono().use(session(sessions)).get("/add/:item", async (c) => {
      const session = await c.var.session;
      return c.json(session.update("cart", (cart = []) => [...cart, c.req.param("item")]));
    });
    const client = visit(app);
    await client.fetch("/add/book");
    expect(await (await client.fetch("/add/pen")).json()).toEqual(["book", "pen"]);
  });

  it("stores a change that was made in place", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono()
      .use(session(sessions))
      .get("/start", async (c) => {
        (await c.var.session).set("cart", []);
        return c.text("started");
      })
      .get("/push", async (c) => {
        (await c.var.session).get("cart")?.push("book");
        return c.text("pushed");
      });
    const client = visit(app);
    await client.fetch("/start");
    await client.fetch("/push");
    expect(await cartOf(client)).toEqual(["book"]);
  });

  it("provides the same session to middleware and handler, and loads it once", async () => {
    const { sessions, store, visit } = shop();
    const app = new Hono()
      .use(session(sessions))
      .use(async (c, next) => {
        (await c.var.session).set("cart", ["from middleware"]);
        await next();
      })
      .get("/", async (c) => c.json((await c.var.session).get("cart")));
    const client = visit(app);
    await client.fetch("/");
    store.resetCalls();
    expect(await (await client.fetch("/")).json()).toEqual(["from middleware"]);
    expect(store.calls.load).toBe(1);
  });

  it("returns the handler's response unchanged when the session was not awaited", async () => {
    const { sessions, store, visit } = shop();
    const plain = new Response("plain");
    const app = new Hono()
      .use(session(sessions))
      .get("/write", async (c) => {
        (await c.var.session).set("cart", ["book"]);
        return c.text("written");
      })
      .get("/plain", () => plain);
    const client = visit(app);
    await client.fetch("/write");
    store.resetCalls();
    const response = await client.fetch("/plain");
    expect(response).toBe(plain);
    expect(response.headers.get("Vary")).toBeNull();
    expect(response.headers.get("Cache-Control")).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("stores nothing when the session was only read", async () => {
    const { sessions, store, visit } = shop();
    const app = new Hono().use(session(sessions)).get("/", async (c) => c.json((await c.var.session).size));
    const response = await visit(app).fetch("/");
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("works on a single route", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono().get("/", session(sessions), async (c) => {
      (await c.var.session).set("cart", ["book"]);
      return c.text("written");
    });
    const client = visit(app);
    await client.fetch("/");
    expect(await cartOf(client)).toEqual(["book"]);
  });

  it("explains the missing await to a handler that forgot it", async () => {
    const { sessions, visit } = shop();
    const app = new Hono()
      .use(session(sessions))
      .get("/", (c) => c.json((c.var.session as unknown as { get(key: string): unknown }).get("cart")))
      .onError((error, c) => c.text(error.message, 500));
    const response = await visit(app).fetch("/");
    expect(await response.text()).toContain("const session = await pending");
  });

  it("rejects anything but a manager and shows what to write", async () => {
    const { sessions } = shop();
    const rejection = expect.objectContaining({
      code: "INVALID_OPTION",
      message: expect.stringContaining("app.use(session(sessions))"),
    });
    const wrongs: unknown[] = [undefined, {}, { mode: serverSide(memoryStore()) }];
    for (const wrong of wrongs) {
      for (const source of [wrong, () => wrong] as (typeof sessions)[]) {
        const seen: unknown[] = [];
        const app = new Hono().use(session(source)).get("/", (c) => c.text("never"));
        app.onError((error, c) => {
          seen.push(error);
          return c.text("refused", 500);
        });
        expect((await app.request("/")).status).toBe(500);
        expect(seen).toEqual([rejection]);
      }
    }
  });
});

describe("session(function)", () => {
  interface Bindings {
    readonly SESSION_SECRET: string;
  }
  const secret = () => `${crypto.randomUUID()}${crypto.randomUUID()}`;

  it("calls the function with the context and its bindings, and uses the manager that it returns", async () => {
    const managers = new Map<string, SessionManager<Data>>();
    const managerOf = ({ env: { SESSION_SECRET } }: Context<{ Bindings: Bindings }>) => {
      const manager =
        managers.get(SESSION_SECRET) ??
        new SessionManager<Data>({ mode: encryptedCookie({ secrets: SESSION_SECRET }) });
      managers.set(SESSION_SECRET, manager);
      return manager;
    };
    const app = new Hono<{ Bindings: Bindings }>().use(session(managerOf)).get("/add", async (c) => {
      const session = await c.var.session;
      return c.json(session.update("cart", (cart = []) => [...cart, "book"]));
    });
    const ours: Bindings = { SESSION_SECRET: secret() };
    const theirs: Bindings = { SESSION_SECRET: secret() };
    let env = ours;
    const client = browser({ fetch: (request) => app.fetch(request, env) });
    await client.fetch("/add");
    expect(await (await client.fetch("/add")).json()).toEqual(["book", "book"]);
    env = theirs;
    expect(await (await client.fetch("/add")).json()).toEqual(["book"]);
    expect([...managers.keys()]).toEqual([ours.SESSION_SECRET, theirs.SESSION_SECRET]);
  });

  it("passes an error of the function to onError", async () => {
    const codes: unknown[] = [];
    const app = new Hono<{ Bindings: Bindings }>()
      .use(
        session(
          (c: Context<{ Bindings: Bindings }>) =>
            new SessionManager<Data>({ mode: encryptedCookie({ secrets: c.env.SESSION_SECRET }) }),
        ),
      )
      .get("/", (c) => c.text("reached"))
      .onError(async (error, c) => {
        codes.push(await codeOf(() => Promise.reject(error)));
        return c.text("misconfigured", 500);
      });
    const client = browser({ fetch: (request) => app.fetch(request, { SESSION_SECRET: "too short" }) });
    expect((await client.fetch("/")).status).toBe(500);
    expect(codes).toEqual(["WEAK_SECRET"]);
  });
});
