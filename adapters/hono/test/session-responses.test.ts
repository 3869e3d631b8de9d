import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { cookieNames, type Shop, shop } from "./support/shop.ts";

/** An application that writes `book` to the cart on every request. */
function writing({ sessions }: Shop) {
  return new Hono().use(session(sessions)).use(async (c, next) => {
    (await c.var.session).set("cart", ["book"]);
    await next();
  });
}

describe("session, by type of response", () => {
  it("commits with c.redirect", async () => {
    const setup = shop();
    const app = writing(setup).get("/", (c) => c.redirect("/next", 303));
    const client = setup.visit(app);
    const response = await client.fetch("/");
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe("/next");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("commits with Response.redirect, whose headers cannot be changed", async () => {
    const setup = shop();
    const app = writing(setup).get("/", () => Response.redirect("https://localhost/next", 303));
    const client = setup.visit(app);
    const response = await client.fetch("/");
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe("https://localhost/next");
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("commits with a response of fetch, whose headers cannot be changed either", async () => {
    const setup = shop();
    const app = writing(setup).get("/", () => fetch("data:text/plain,upstream"));
    const client = setup.visit(app);
    const response = await client.fetch("/");
    expect(await response.text()).toBe("upstream");
    expect(response.headers.get("Content-Type")).toMatch(/^text\/plain/);
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("SEC-40 keeps its own headers when Hono merges those of an immutable response", async () => {
    const setup = shop();
    const app = writing(setup).get("/", () =>
      immutable(
        new Response("upstream", {
          headers: {
            "Cache-Control": "public, max-age=3600",
            "Content-Type": "text/x-upstream",
            "Set-Cookie": "upstream=1; Path=/",
            Vary: "Accept-Encoding",
          },
        }),
      ),
    );
    const client = setup.visit(app);
    const response = await client.fetch("/");
    expect(await response.text()).toBe("upstream");
    expect(response.headers.get("Content-Type")).toBe("text/x-upstream");
    expect(response.headers.get("Vary")).toBe("Accept-Encoding, Cookie");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(cookieNames(response)).toEqual(["upstream", "__Host-session"]);
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("returns Response.error() unchanged and stores nothing", async () => {
    const setup = shop();
    const failed = Response.error();
    const app = writing(setup).get("/", () => failed);
    expect(await setup.visit(app).fetch("/")).toBe(failed);
    expect(setup.store.calls.create).toBe(0);
  });

  it("SEC-40 adds Cookie to an existing Vary header, unless it is * or has Cookie already", async () => {
    const setup = shop();
    const app = writing(setup).get("/", (c) => c.text("varies", 200, { Vary: c.req.query("vary") ?? "" }));
    const client = setup.visit(app);
    const varyOf = async (vary: string) =>
      (await client.fetch(`/?vary=${encodeURIComponent(vary)}`)).headers.get("Vary");
    expect(await varyOf("Accept-Encoding")).toBe("Accept-Encoding, Cookie");
    expect(await varyOf("Origin, cookie")).toBe("Origin, cookie");
    expect(await varyOf("*")).toBe("*");
  });

  it("SEC-40 sets no-store on a response with a cookie, even if it was cacheable", async () => {
    const setup = shop();
    const app = writing(setup).get("/", (c) => {
      c.header("Cache-Control", "public, max-age=3600");
      return c.text("cacheable");
    });
    const client = setup.visit(app);
    expect((await client.fetch("/")).headers.get("Cache-Control")).toBe("no-store");
    expect((await client.fetch("/")).headers.get("Cache-Control")).toBe("public, max-age=3600");
  });

  it("commits with the default response for an unknown path", async () => {
    const setup = shop();
    const client = setup.visit(writing(setup));
    const response = await client.fetch("/unknown");
    expect(response.status).toBe(404);
    expect(await response.text()).toBe("404 Not Found");
    expect(await setup.cartOf(client)).toEqual(["book"]);
  });

  it("commits with the response of a notFound handler, which can read and write the session", async () => {
    const setup = shop();
    const app = new Hono()
      .use(session(setup.sessions))
      .get("/given-up", (c) => c.notFound())
      .notFound(async (c) => {
        const session = await c.get("session");
        return c.json(
          session.update("cart", (cart = []) => [...cart, "map"]),
          404,
        );
      });
    const client = setup.visit(app);
    expect(await (await client.fetch("/unknown")).json()).toEqual(["map"]);
    const response = await client.fetch("/given-up");
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual(["map", "map"]);
    expect(await setup.cartOf(client)).toEqual(["map", "map"]);
  });
});

/** A response like those of `fetch`: every change of its headers throws a TypeError. */
function immutable(response: Response): Response {
  const refuse = () => {
    throw new TypeError("immutable");
  };
  Object.assign(response.headers, { append: refuse, delete: refuse, set: refuse });
  return response;
}
