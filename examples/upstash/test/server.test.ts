import { type Engine, startOrSkip, startRedis, startServer, startUpstash, wrongVisits } from "@coatcheck/engines";
import { UPSTASH_TOKEN } from "@coatcheck/engines/upstash-token";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const redis = await startOrSkip("examples/upstash", startRedis);

describe.skipIf(redis === undefined)("examples/upstash", () => {
  let upstash: Engine;
  let server: Engine;
  beforeAll(async () => {
    upstash = await startUpstash(redis?.url ?? "");
    server = await startServer({
      cwd: new URL("..", import.meta.url),
      command: () => ["node", "--conditions=@coatcheck/source", "src/server.ts"],
      env: () => ({ UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: UPSTASH_TOKEN }),
      ready: /http:\/\/localhost/,
    });
  });
  afterAll(async () => {
    await server?.stop();
    await upstash?.stop();
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
    expect(await response.json()).toEqual({ user: null, votes: 0 });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("SEC-30 sets a cookie for this host only, with HttpOnly, Secure and SameSite=Lax", async () => {
    const response = await visitor().fetch("/votes", { method: "POST" });
    const cookies = response.headers.getSetCookie().map((line) => line.split("; "));
    const value = expect.stringMatching(/^__Host-session=./);
    expect(cookies).toEqual([[value, "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]]);
  });

  it("keeps the votes at login and separates visitors", async () => {
    const [eve, bob] = [visitor(), visitor()];
    await eve.submit("/votes", {});
    await bob.submit("/votes", {});
    await bob.submit("/votes", {});
    const before = await eve.cookieHeader();
    expect(await (await eve.submit("/login", { user: "eve" })).json()).toEqual({ user: "eve", votes: 1 });
    expect(await eve.cookieHeader()).not.toBe(before);
    expect(await home(bob)).toEqual({ user: null, votes: 2 });
  });

  it("counts all of 20 parallel votes, and answers the next one with 500 and stores nothing", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    const votes = await Promise.all(Array.from({ length: 20 }, () => eve.fetch("/votes", { method: "POST" })));
    expect(new Set(votes.map(({ status }) => status))).toEqual(new Set([303]));
    const failed = await eve.fetch("/votes", { method: "POST" });
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(await home(eve)).toEqual({ user: "eve", votes: 20 });
  });

  it("rejects a copy of the cookie after the logout", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    const thief = await eve.clone();
    expect(await home(thief)).toMatchObject({ user: "eve" });
    await eve.submit("/logout", {});
    expect(await eve.cookieHeader()).toBe("");
    expect(await home(thief)).toMatchObject({ user: null });
  });

  it("keeps sessions in Redis across a restart of the server", async () => {
    const eve = visitor();
    await eve.submit("/login", { user: "eve" });
    await eve.submit("/votes", {});
    await server.kill();
    await server.restart();
    expect(await home(eve)).toEqual({ user: "eve", votes: 1 });
  });
});
