import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { cookieNames, type Shop, shop } from "./support/shop.ts";

/** An application that writes `book` (or destroys the session with `?destroy`) and then fails in various ways. */
function failing({ sessions }: Shop) {
  return new Hono()
    .use(session(sessions))
    .use(async (c, next) => {
      const session = await c.var.session;
      if (c.req.query("destroy") === undefined) session.set("cart", ["book"]);
      else session.destroy();
      await next();
    })
    .get("/fine", (c) => c.text("fine"))
    .get("/exception", (c) => {
      const res = new Response("who are you?", {
        headers: { "WWW-Authenticate": "Basic", "Set-Cookie": "hint=1; Path=/" },
      });
      throw new HTTPException(Number(c.req.query("status")) as 401 | 500, { res });
    })
    .get("/error", () => {
      throw new Error("thrown by the handler");
    })
    .get("/not-an-error", () => {
      throw "thrown by the handler";
    });
}

describe("session, after an HTTPException", () => {
  it("stores the changes, because the exception is an answer", async () => {
    const setup = shop();
    const client = setup.visit(failing(setup));
    const response = await client.fetch("/exception?status=401");
    expect(response.status).toBe(401);
    expect(await response.text()).toBe("who are you?");
    expect(response.headers.get("WWW-Authenticate")).toBe("Basic");
    expect(cookieNames(response).sort()).toEqual(["__Host-session", "hint"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("stores the changes when onError turns it into an answer", async () => {
    const setup = shop();
    const app = failing(setup).onError((error, c) => {
      if (error instanceof HTTPException) return error.getResponse();
      return c.text("unexpected", 500);
    });
    const client = setup.visit(app);
    const response = await client.fetch("/exception?status=401");
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe("Basic");
    expect(cookieNames(response).sort()).toEqual(["__Host-session", "hint"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("stores nothing when its status is 500", async () => {
    const setup = shop();
    const client = setup.visit(failing(setup));
    const response = await client.fetch("/exception?status=500");
    expect(response.status).toBe(500);
    expect(response.headers.get("WWW-Authenticate")).toBe("Basic");
    expect(cookieNames(response)).toEqual(["hint"]);
    expect(setup.store.calls.create).toBe(0);
  });
});

describe("session, after any other error", () => {
  const outcomes = [
    { path: "/error", what: "an Error that onError answers with 400", status: 400 },
    { path: "/error?status=500", what: "an Error that onError answers with 500", status: 500 },
  ];
  for (const { path, what, status } of outcomes) {
    const answered = (setup: Shop) =>
      failing(setup).onError((_error, c) => c.text("answered by onError", c.req.query("status") ? 500 : 400));

    it(`stores nothing after ${what}`, async () => {
      const setup = shop();
      const client = setup.visit(answered(setup));
      const response = await client.fetch(path);
      expect(response.status).toBe(status);
      expect(response.headers.get("Vary")).toBe("Cookie");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(setup.store.calls.create).toBe(0);
    });

    it(`SEC-22 still logs out after ${what}`, async () => {
      const setup = shop();
      const client = setup.visit(answered(setup));
      await client.fetch("/fine");
      const stolen = await client.clone();
      const url = `${path}${path.includes("?") ? "&" : "?"}destroy`;
      expect((await client.fetch(url)).status).toBe(status);
      expect(await client.cookieHeader()).toBe("");
      expect(await setup.cartOf(stolen)).toEqual([]);
    });
  }

  it("stores nothing after a thrown value that is not an Error, and rethrows it", async () => {
    const setup = shop();
    const client = setup.visit(failing(setup));
    await expect(client.fetch("/not-an-error")).rejects.toBe("thrown by the handler");
    expect(setup.store.calls.create).toBe(0);
  });

  it("SEC-22 still logs out after a thrown value that is not an Error", async () => {
    const setup = shop();
    const client = setup.visit(failing(setup));
    await client.fetch("/fine");
    await expect(client.fetch("/not-an-error?destroy")).rejects.toBe("thrown by the handler");
    expect(await setup.cartOf(client)).toEqual([]);
  });

  it("SEC-42 reports a logout that failed together with the thrown value that is not an Error", async () => {
    const setup = shop();
    const errors: unknown[] = [];
    const app = failing(setup).onError((error, c) => {
      errors.push(...(error as AggregateError).errors);
      return c.text("failed", 500);
    });
    const client = setup.visit(app);
    await client.fetch("/fine");
    setup.store.failNext("delete", "throw-before");
    expect((await client.fetch("/not-an-error?destroy")).status).toBe(500);
    expect(errors).toEqual(["thrown by the handler", expect.objectContaining({ code: "STORE_FAILED" })]);
  });

  it("SEC-22 still logs out when the handler returned something other than a Response", async () => {
    const setup = shop();
    const app = failing(setup)
      .get("/not-a-response", (async (c: { var: { session: Promise<{ destroy(): void }> } }) => {
        (await c.var.session).destroy();
        return { loggedOut: true };
      }) as unknown as () => Response)
      .onError((_error, c) => c.text("failed", 500));
    const client = setup.visit(app);
    await client.fetch("/fine");
    const stolen = await client.clone();
    expect((await client.fetch("/not-a-response")).status).toBe(500);
    expect(await setup.cartOf(stolen)).toEqual([]);
  });

  it("stores nothing when the handler returned nothing, which Hono reports as an error", async () => {
    const setup = shop();
    const app = failing(setup)
      .get("/nothing", (() => undefined) as unknown as () => Response)
      .onError((error, c) => c.text(error.message, 500));
    const response = await setup.visit(app).fetch("/nothing");
    expect(await response.text()).toContain("not finalized");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(setup.store.calls.create).toBe(0);
  });

  it("lets onError read the session, and drops what it writes", async () => {
    const setup = shop();
    const app = failing(setup).onError(async (_error, c) => {
      const session = await c.get("session");
      const seen = session.get("cart");
      session.set("cart", ["from onError"]);
      return c.json(seen, 400);
    });
    const client = setup.visit(app);
    await client.fetch("/fine");
    expect(await (await client.fetch("/error")).json()).toEqual(["book"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });
});

describe("session, when the store fails", () => {
  for (const { operation, path } of [
    { operation: "create", path: "/fine" },
    { operation: "load", path: "/fine" },
    { operation: "delete", path: "/fine?destroy" },
  ] as const) {
    it(`SEC-42 passes the error to onError and sets no cookie when ${operation} throws`, async () => {
      const setup = shop();
      const seen: unknown[] = [];
      const app = failing(setup).onError((error, c) => {
        seen.push((error as { code?: unknown }).code);
        return c.text("try again", 503);
      });
      const client = setup.visit(app);
      if (operation !== "create") await client.fetch("/fine");
      setup.store.failNext(operation, "throw-before");
      const response = await client.fetch(path);
      expect(response.status).toBe(503);
      expect(await response.text()).toBe("try again");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(seen).toEqual(["STORE_FAILED"]);
      expect((await client.fetch(path)).status).toBe(200);
    });
  }
});
