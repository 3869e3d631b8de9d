import { csrfToken } from "@coatcheck/csrf";
import { session } from "@coatcheck/hono";
import { csrf } from "@coatcheck/hono/csrf";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { codeOf, shop } from "./support/shop.ts";

const OWN = { "Sec-Fetch-Site": "same-origin" };

describe("csrf", () => {
  it("SEC-50 denies requests of other sites before a handler runs, and needs no session", async () => {
    const seen: string[] = [];
    const app = new Hono().use(csrf()).all("/", (c) => {
      seen.push(c.req.method);
      return c.text("done");
    });
    const send = async (method: string, headers: Record<string, string>) => {
      const response = await app.request("https://shop.example/", { method, headers });
      return response.status === 403 ? (await response.json()).reason : await response.text();
    };
    expect(await send("POST", OWN)).toBe("done");
    expect(await send("POST", { Origin: "https://shop.example" })).toBe("done");
    expect(await send("GET", { "Sec-Fetch-Site": "cross-site" })).toBe("done");
    expect(seen.splice(0)).toEqual(["POST", "POST", "GET"]);
    expect(await send("POST", { "Sec-Fetch-Site": "cross-site" })).toBe("cross-site");
    expect(await send("DELETE", { "Sec-Fetch-Site": "same-site" })).toBe("same-site");
    expect(await send("POST", {})).toBe("origin-missing");
    expect(await send("POST", { Origin: "https://evil.example" })).toBe("origin-mismatch");
    expect(seen).toEqual([]);
  });

  it("SEC-51 requires the session's token in forms, and the handler can still read them", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono()
      .use(session(sessions))
      .use(csrf({ tokens: true }))
      .get("/", async (c) => c.text(csrfToken(await c.var.session)))
      .post("/cart", async (c) => {
        const { item } = await c.req.parseBody();
        (await c.var.session).set("cart", [String(item)]);
        return c.text("done");
      });
    const client = visit(app);
    const token = await (await client.fetch("/")).text();
    const send = async (fields: Record<string, string>, path = "/cart") =>
      (await client.fetch(path, { method: "POST", headers: OWN, body: new URLSearchParams(fields) })).status;
    expect(await send({ item: "book" })).toBe(403);
    expect(await send({ item: "book" }, `/cart?csrf_token=${token}`)).toBe(403);
    expect(await send({ item: "book", csrf_token: token.split("").reverse().join("") })).toBe(403);
    expect(await cartOf(client)).toEqual([]);
    expect(await send({ item: "book", csrf_token: token })).toBe(200);
    expect(await cartOf(client)).toEqual(["book"]);
  });

  it("does not load the session when there is no token to compare", async () => {
    const { sessions, store, visit } = shop();
    const app = new Hono()
      .use(session(sessions))
      .use(csrf({ tokens: true }))
      .all("/", (c) => c.text("done"))
      .get("/token", async (c) => c.text(csrfToken(await c.var.session)));
    const client = visit(app);
    await client.fetch("/token");
    store.resetCalls();
    const page = await client.fetch("/");
    expect(page.headers.get("Vary")).toBeNull();
    const headers = { "Sec-Fetch-Site": "cross-site", "X-CSRF-Token": "x" };
    expect((await client.fetch("/", { method: "POST", headers })).status).toBe(403);
    expect(store.calls.load).toBe(0);
  });

  it("throws INVALID_OPTION when it runs before session() or after the body was read", async () => {
    const { sessions } = shop();
    const send = (app: Hono) =>
      codeOf(async () => {
        app.onError((error) => {
          throw error;
        });
        await app.request("/", { method: "POST", headers: OWN, body: new URLSearchParams({ item: "book" }) });
      });
    const done = (c: { text(text: string): Response }) => c.text("done");
    expect(await send(new Hono().use(csrf({ tokens: true })).post("/", done))).toBe("INVALID_OPTION");
    const reading = new Hono().use(async (c, next) => {
      await c.req.parseBody();
      await next();
    });
    reading
      .use(session(sessions))
      .use(csrf({ tokens: true }))
      .post("/", done);
    expect(await send(reading)).toBe("INVALID_OPTION");
    expect(await codeOf(() => csrf({ origin: "shop.example" }))).toBe("INVALID_OPTION");
  });
});

describe("csrf with onDenied", () => {
  const fromAnotherSite = { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } };

  it("answers a denied request with the response of onDenied, and no handler runs", async () => {
    const handled: string[] = [];
    const app = new Hono()
      .use(csrf({ onDenied: (c, { reason }) => c.html(`<h1>Denied at ${c.req.path}: ${reason}</h1>`, 403) }))
      .post("/cart", (c) => {
        handled.push(c.req.path);
        return c.text("done");
      });
    const denied = await app.request("/cart", fromAnotherSite);
    expect(denied.status).toBe(403);
    expect(denied.headers.get("Content-Type")).toMatch(/^text\/html/);
    expect(await denied.text()).toBe("<h1>Denied at /cart: cross-site</h1>");
    expect(handled).toEqual([]);
    expect((await app.request("/cart", { method: "POST", headers: OWN })).status).toBe(200);
    expect(handled).toEqual(["/cart"]);
  });

  it("awaits a promise, and commits what onDenied writes to the session", async () => {
    const { sessions, visit, cartOf } = shop();
    const app = new Hono().use(session(sessions)).use(
      csrf({
        tokens: true,
        onDenied: async (c) => {
          (await c.get("session")).set("cart", ["denied"]);
          return c.redirect("/", 303);
        },
      }),
    );
    const client = visit(app);
    const denied = await client.fetch("/", { method: "POST", headers: OWN });
    expect(denied.headers.get("Location")).toBe("/");
    expect(await cartOf(client)).toEqual(["denied"]);
  });

  it("rejects an onDenied that is not a function", async () => {
    for (const onDenied of [null, "/login", new Response()] as never[]) {
      expect(await codeOf(() => csrf({ onDenied }))).toBe("INVALID_OPTION");
    }
  });
});
