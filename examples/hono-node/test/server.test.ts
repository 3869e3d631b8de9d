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

  it("answers what its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), server.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("costs a visitor who writes nothing no cookie", async () => {
    const response = await visitor().fetch("/");
    expect(await response.json()).toEqual({ user: null, cart: [], notice: null });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("SEC-30 sends a cookie that only this host gets, over https, and no script reads", async () => {
    const response = await visitor().fetch("/cart/book", { method: "POST" });
    const attributes = response.headers.getSetCookie().map((line) => line.split("; "));
    expect(attributes).toEqual([
      [expect.stringMatching(/^__Host-session=./), "Path=/", "HttpOnly", "Secure", "SameSite=Lax"],
    ]);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  });

  it("keeps a cart through a login, shows the notice once, and mixes up nobody", async () => {
    const [eve, bob] = [visitor(), visitor()];
    await eve.visit("/cart/book", { method: "POST" });
    await bob.visit("/cart/hat", { method: "POST" });
    const page = await eve.submit("/login", { user: "eve" });
    expect(await page.json()).toEqual({ user: "eve", cart: ["book"], notice: "Welcome, eve" });
    expect(await home(eve)).toEqual({ user: "eve", cart: ["book"], notice: null });
    expect(await home(bob)).toEqual({ user: null, cart: ["hat"], notice: null });
  });

  it("counts each of 20 parallel requests of one visitor", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    const added = await Promise.all(Array.from({ length: 20 }, () => eve.fetch("/cart/book", { method: "POST" })));
    expect(new Set(added.map(({ status }) => status))).toEqual(new Set([303]));
    expect(await home(eve)).toMatchObject({ cart: Array(20).fill("book") });
  });

  it("ends a copy of the cookie with the logout", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    const thief = await eve.clone();
    expect(await home(thief)).toMatchObject({ user: "eve" });
    expect(await (await eve.submit("/logout", {})).json()).toEqual({ user: null, cart: [], notice: "Goodbye" });
    expect(await home(thief)).toMatchObject({ user: null });
  });

  it("answers a handler that throws with 500, and keeps nothing of it", async () => {
    const eve = visitor();
    await eve.submit("/cart/yacht", {});
    const failed = await eve.fetch("/checkout", { method: "POST" });
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(await home(eve)).toEqual({ user: null, cart: ["yacht"], notice: null });
  });

  it("ends the cart with the checkout", async () => {
    const eve = visitor();
    await eve.submit("/cart/book", {});
    expect(await (await eve.submit("/checkout", {})).json()).toEqual({ user: null, cart: [], notice: "Thank you" });
  });

  it("keeps sessions across a restart of the server, as Redis has them", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    await eve.submit("/cart/book", {});
    await server.kill();
    await server.restart();
    expect(await home(eve)).toMatchObject({ user: "eve", cart: ["book"] });
  });

  it("answers with 500 at once while Redis is away, and goes on when it is back", async () => {
    const eve = visitor();
    await eve.submit("/cart/book", {});
    await redis?.kill();
    // A request that waited in the client's queue would be given up by the core after longer.
    const failed = await eve.fetch("/cart/book", { method: "POST", signal: AbortSignal.timeout(4_000) });
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    await redis?.restart();
    await expect.poll(async () => (await eve.fetch("/")).status, { timeout: 10_000 }).toBe(200);
    expect(await home(eve)).toMatchObject({ cart: ["book"] });
  });
});
