import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { stream, streamSSE } from "hono/streaming";
import { describe, expect, it } from "vitest";
import { codeOf, cookieNames, shop } from "./support/shop.ts";

describe("session, with a streamed body", () => {
  it("commits what was written before stream(), and rejects a write inside of it", async () => {
    const { sessions, visit, cartOf } = shop();
    const answered = Promise.withResolvers<void>();
    const app = new Hono().use(session(sessions)).get("/", async (c) => {
      const session = await c.var.session;
      session.set("cart", ["book"]);
      return stream(c, async (body) => {
        await answered.promise;
        await body.write(`${session.get("cart")} `);
        await body.write(`${await codeOf(() => session.set("cart", ["too late"]))}`);
      });
    });
    const client = visit(app);
    const response = await client.fetch("/");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await cartOf(client)).toEqual(["book"]);
    answered.resolve();
    expect(await response.text()).toBe("book SESSION_COMMITTED");
    expect(await cartOf(client)).toEqual(["book"]);
  });

  it("commits what was written before streamSSE(), and rejects a write inside of it", async () => {
    const { sessions, visit, cartOf } = shop();
    const answered = Promise.withResolvers<void>();
    const app = new Hono().use(session(sessions)).get("/", async (c) => {
      const session = await c.var.session;
      session.set("cart", ["book"]);
      return streamSSE(c, async (events) => {
        await answered.promise;
        await events.writeSSE({ data: `${await codeOf(() => session.set("cart", ["too late"]))}` });
      });
    });
    const client = visit(app);
    const response = await client.fetch("/");
    expect(response.headers.get("Content-Type")).toBe("text/event-stream");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    answered.resolve();
    expect(await response.text()).toBe("data: SESSION_COMMITTED\n\n");
    expect(await cartOf(client)).toEqual(["book"]);
  });

  it("rejects a first await inside of a stream, because the response was sent without Vary", async () => {
    const { sessions, store, visit } = shop();
    const answered = Promise.withResolvers<void>();
    const app = new Hono().use(session(sessions)).get("/", (c) =>
      stream(c, async (body) => {
        await answered.promise;
        await body.write(`${await codeOf(() => c.var.session)}`);
      }),
    );
    const response = await visit(app).fetch("/");
    answered.resolve();
    expect(await response.text()).toBe("SESSION_COMMITTED");
    expect(store.calls.load).toBe(0);
  });
});
