import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { etag } from "hono/etag";
import { createMiddleware } from "hono/factory";
import { prettyJSON } from "hono/pretty-json";
import { secureHeaders } from "hono/secure-headers";
import { describe, expect, it } from "vitest";
import { cookieNames, type Shop, shop } from "./support/shop.ts";

/** Middleware that sets a header and a cookie before and after the handler. */
const marking = (name: string) =>
  createMiddleware(async (c, next) => {
    c.header(`X-${name}-In`, "1");
    setCookie(c, `${name}-in`, "1");
    await next();
    c.header(`X-${name}-Out`, "1");
    setCookie(c, `${name}-out`, "1");
  });

/** The distinct header names of a response. */
const namesOf = (response: Response) => [...new Set(response.headers.keys())].sort();

describe("session, with other middleware", () => {
  for (const { what, answer } of [
    { what: "a response of the context", answer: undefined },
    { what: "a response with immutable headers", answer: () => Response.redirect("https://localhost/next") },
  ]) {
    it(`SEC-34 keeps the headers and cookies of other middleware, on ${what}`, async () => {
      const { sessions, visit, cartOf } = shop();
      const without = new Hono()
        .use(marking("Outer"))
        .use(marking("Inner"))
        .get("/", (c) => {
          setCookie(c, "handler", "1");
          return answer?.() ?? c.text("written");
        });
      const app = new Hono()
        .use(marking("Outer"))
        .use(session(sessions))
        .use(marking("Inner"))
        .get("/", async (c) => {
          (await c.var.session).set("cart", ["book"]);
          setCookie(c, "handler", "1");
          return answer?.() ?? c.text("written");
        });
      const client = visit(app);
      const response = await client.fetch("/");
      const expected = await visit(without).fetch("/");
      expect(expected.headers.get("X-Inner-Out")).toBe("1");
      expect(cookieNames(expected)).toContain("Inner-out");
      expect(namesOf(response)).toEqual([...namesOf(expected), "cache-control", "vary"].sort());
      expect(cookieNames(response).sort()).toEqual([...cookieNames(expected), "__Host-session"].sort());
      expect(await cartOf(client)).toEqual(["book"]);
    });
  }

  it("commits what inner middleware writes after the handler", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono()
      .use(session(sessions))
      .use(async (c, next) => {
        await next();
        (await c.var.session).set("cart", ["on the way out"]);
      })
      .get("/", (c) => c.text("answered"));
    const client = visit(app);
    await client.fetch("/");
    expect(await cartOf(client)).toEqual(["on the way out"]);
  });

  it("rejects a write of outer middleware after the handler, because it comes after the commit", async () => {
    const { sessions, visit } = shop();
    const app = new Hono()
      .use("*", async (c, next) => {
        await next();
        (await (c as unknown as { var: { session: ReturnType<typeof sessions.open> } }).var.session).set("cart", []);
      })
      .use(session(sessions))
      .get("/", async (c) => c.json((await c.var.session).size))
      .onError((error, c) => c.text((error as { code?: string }).code ?? "", 500));
    expect(await (await visit(app).fetch("/")).text()).toBe("SESSION_COMMITTED");
  });

  it("commits when middleware answers instead of the handler", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono()
      .use(session(sessions))
      .use(async (c) => {
        (await c.var.session).set("cart", ["book"]);
        return c.text("closed for today", 403);
      })
      .get("/", (c) => c.text("never reached"));
    const client = visit(app);
    expect((await client.fetch("/")).status).toBe(403);
    expect(await cartOf(client)).toEqual(["book"]);
  });

  it("commits when inner middleware replaces the response", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono()
      .use(session(sessions))
      .use(secureHeaders())
      .use(prettyJSON())
      .get("/", async (c) => c.json((await c.var.session).update("cart", () => ["book"])));
    const client = visit(app);
    const response = await client.fetch("/?pretty");
    expect(await response.text()).toBe('[\n  "book"\n]');
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await cartOf(client)).toEqual(["book"]);
  });
});

describe("session, with the etag middleware", () => {
  /** An application with a page that never changes, which adds a visit to the session on every request. */
  const page = ({ sessions }: Shop) =>
    new Hono()
      .use(session(sessions))
      .use(etag())
      .get("/", async (c) => {
        (await c.var.session).update("cart", (cart = []) => [...cart, "visit"]);
        return c.text("the same page");
      });

  it("commits with the 304 of etag, including the cookie", async () => {
    const setup = shop();
    const app = page(setup);
    const tag = (await setup.visit(app).fetch("/")).headers.get("ETag") ?? "";
    const newcomer = setup.visit(app);
    const response = await newcomer.fetch("/", { headers: { "If-None-Match": tag } });
    expect(response.status).toBe(304);
    expect(response.headers.get("ETag")).toBe(tag);
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await setup.cartOf(newcomer)).toEqual(["visit"]);
  });

  it("SEC-40 sets Vary: Cookie on the 304 also when etag is registered before session", async () => {
    const setup = shop();
    const app = new Hono().use(etag()).route("/", page(setup));
    const client = setup.visit(app);
    const tag = (await client.fetch("/")).headers.get("ETag") ?? "";
    const response = await client.fetch("/", { headers: { "If-None-Match": tag } });
    expect(response.status).toBe(304);
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(await setup.cartOf(client)).toEqual(["visit", "visit"]);
  });
});
