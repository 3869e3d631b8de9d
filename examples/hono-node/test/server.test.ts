import { type Engine, startOrSkip, startRedis, startServer, wrongVisits } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const redis = await startOrSkip("examples/hono-node", startRedis);

describe.skipIf(redis === undefined)("examples/hono-node", () => {
  let server: Engine;
  beforeAll(async () => {
    server = await startServer({
      cwd: new URL("..", import.meta.url),
      command: () => ["node", "--conditions=@coatcheck/source", "src/server.ts"],
      env: () => ({ REDIS_URL: redis?.url ?? "" }),
      ready: /http:\/\/localhost/,
    });
  });
  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
  });

  const visitor = (): Browser => browser({ origin: server.url });
  const home = async (client: Browser): Promise<unknown> => (await client.fetch("/")).json();

  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), server.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("sets no cookie for a visitor who only reads", async () => {
    const response = await visitor().fetch("/");
    expect(await response.json()).toEqual({ user: null, cart: [], notice: null });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("SEC-30 sets a cookie for this host only, with HttpOnly, Secure and SameSite=Lax", async () => {
    const response = await visitor().fetch("/cart/book", { method: "POST" });
    const attributes = response.headers.getSetCookie().map((line) => line.split("; "));
    expect(attributes).toEqual([
      [expect.stringMatching(/^__Host-session=./), "Path=/", "HttpOnly", "Secure", "SameSite=Lax"],
    ]);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  });

  it("keeps the cart at login, shows the notice once, and separates visitors", async () => {
    const [eve, bob] = [visitor(), visitor()];
    await eve.visit("/cart/book", { method: "POST" });
    await bob.visit("/cart/hat", { method: "POST" });
    const page = await eve.submit("/login", { user: "eve" });
    expect(await page.json()).toEqual({ user: "eve", cart: ["book"], notice: "Welcome, eve" });
    expect(await home(eve)).toEqual({ user: "eve", cart: ["book"], notice: null });
    expect(await home(bob)).toEqual({ user: null, cart: ["hat"], notice: null });
  });

  it("counts all of 20 parallel requests of one visitor", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    const added = await Promise.all(Array.from({ length: 20 }, () => eve.fetch("/cart/book", { method: "POST" })));
    expect(new Set(added.map(({ status }) => status))).toEqual(new Set([303]));
    expect(await home(eve)).toMatchObject({ cart: Array(20).fill("book") });
  });

  it("rejects a copy of the cookie after the logout", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    const thief = await eve.clone();
    expect(await home(thief)).toMatchObject({ user: "eve" });
    expect(await (await eve.submit("/logout", {})).json()).toEqual({ user: null, cart: [], notice: "Goodbye" });
    expect(await home(thief)).toMatchObject({ user: null });
  });

  it("answers 500 when a handler throws, and stores nothing", async () => {
    const eve = visitor();
    await eve.submit("/cart/yacht", {});
    const failed = await eve.fetch("/checkout", { method: "POST" });
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(await home(eve)).toEqual({ user: null, cart: ["yacht"], notice: null });
  });

  it("empties the cart at the checkout", async () => {
    const eve = visitor();
    await eve.submit("/cart/book", {});
    expect(await (await eve.submit("/checkout", {})).json()).toEqual({ user: null, cart: [], notice: "Thank you" });
  });

  it("keeps sessions in Redis across a restart of the server", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    await eve.submit("/cart/book", {});
    await server.kill();
    await server.restart();
    expect(await home(eve)).toMatchObject({ user: "eve", cart: ["book"] });
  });

  it("answers 500 without waiting while Redis is down, and works again afterwards", async () => {
    const eve = visitor();
    await eve.submit("/cart/book", {});
    await redis?.kill();
    // If the client queued commands, the core would wait for its timeout of 10 s before the request fails.
    const failed = await eve.fetch("/cart/book", { method: "POST", signal: AbortSignal.timeout(9_000) });
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    await redis?.restart();
    await expect.poll(async () => (await eve.fetch("/")).status, { timeout: 60_000 }).toBe(200);
    expect(await home(eve)).toMatchObject({ cart: ["book"] });
  });
});
