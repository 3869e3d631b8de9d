import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Engine, openWebSocket, startServer, wrongVisits } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("examples/bun-sqlite", () => {
  let server: Engine;
  let file = "";
  beforeAll(async () => {
    server = await startServer({
      cwd: new URL("..", import.meta.url),
      command: () => ["bun", "--conditions=@coatcheck/source", "src/server.ts"],
      env: (folder) => {
        file = join(folder, "sessions.db");
        return { DATABASE: file, SWEEP_SECONDS: "0.5" };
      },
      ready: /http:\/\/localhost/,
    });
  });
  afterAll(() => server?.stop());

  const visitor = (): Browser => browser({ origin: server.url });
  const cartOf = async (client: Browser): Promise<unknown> => (await client.fetch("/cart")).json();
  const add = (client: Browser, item: string): Promise<Response> => client.fetch(`/cart/${item}`, { method: "POST" });
  const listen = async (client: Browser): ReturnType<typeof openWebSocket> =>
    openWebSocket(`${server.url}/socket`, await client.cookieHeader());

  async function logIn(user: string): Promise<Browser> {
    const client = visitor();
    expect(await (await client.submit("/login", { user })).json()).toEqual({ user, cart: [] });
    return client;
  }

  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), server.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("serves a static Response without a session", async () => {
    const response = await visitor().fetch("/health");
    expect(await response.text()).toBe("ok");
    expect(response.headers.get("Vary")).toBeNull();
  });

  it("sets no cookie for a visitor who only reads", async () => {
    const response = await visitor().fetch("/cart");
    expect(await response.json()).toEqual({ user: null, cart: [] });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("SEC-30 sets a cookie for this host only, with HttpOnly, Secure and SameSite=Lax", async () => {
    const response = await add(visitor(), "book");
    const cookies = response.headers.getSetCookie().map((line) => line.split("; "));
    const value = expect.stringMatching(/^__Host-session=./);
    expect(cookies).toEqual([[value, "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]]);
  });

  it("shares one session across routes and methods, separately for each visitor", async () => {
    const [eve, bob] = [visitor(), visitor()];
    await add(eve, "book");
    await add(bob, "hat");
    expect(await (await eve.submit("/login", { user: "eve" })).json()).toEqual({ user: "eve", cart: ["book"] });
    expect((await bob.fetch("/cart", { method: "DELETE" })).status).toBe(204);
    expect(await cartOf(eve)).toEqual({ user: "eve", cart: ["book"] });
    expect(await cartOf(bob)).toEqual({ user: null, cart: [] });
  });

  it("knows the logged-in user of a WebSocket", async () => {
    const socket = await listen(await logIn("eve"));
    socket.send("Is my coat here?");
    expect(await socket.next()).toBe("eve: Is my coat here?");
    socket.close();
  });

  it("rejects a WebSocket without a login or from another origin, and a plain request", async () => {
    await expect(listen(visitor())).rejects.toThrow("did not upgrade");
    expect((await visitor().fetch("/socket")).status).toBe(401);
    const eve = await logIn("eve");
    const from = async (Origin: string): Promise<number> =>
      (await eve.fetch("/socket", { headers: { Origin } })).status;
    expect(await from("https://neighbour.example")).toBe(403);
    expect(await from(server.url)).toBe(426);
  });

  it("counts all of 20 parallel requests of one visitor", async () => {
    const eve = await logIn("eve");
    const added = await Promise.all(Array.from({ length: 20 }, () => add(eve, "book")));
    expect(new Set(added.map(({ status }) => status))).toEqual(new Set([303]));
    expect(await cartOf(eve)).toEqual({ user: "eve", cart: Array(20).fill("book") });
  });

  it("answers 500 when a handler throws, and stores nothing", async () => {
    const eve = await logIn("eve");
    const failed = await add(eve, "yacht");
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(await cartOf(eve)).toEqual({ user: "eve", cart: [] });
  });

  it("rejects a copy of the cookie after the logout, also for WebSockets", async () => {
    const eve = await logIn("eve");
    const thief = await eve.clone();
    expect(await cartOf(thief)).toMatchObject({ user: "eve" });
    await eve.submit("/logout", {});
    expect(await eve.cookieHeader()).toBe("");
    expect(await cartOf(thief)).toMatchObject({ user: null });
    await expect(listen(thief)).rejects.toThrow("did not upgrade");
  });

  it("keeps sessions in the file across a restart", async () => {
    const eve = await logIn("eve");
    await add(eve, "book");
    await server.kill();
    await server.restart();
    expect(await cartOf(eve)).toEqual({ user: "eve", cart: ["book"] });
  });

  it("removes expired sessions by itself, and no others", async () => {
    const [eve, bob] = [await logIn("eve-who-left"), await logIn("bob-who-stays")];
    const database = new DatabaseSync(file, { timeout: 60_000 });
    database.exec("update sessions set expires_at = 1 where subject = 'eve-who-left'");
    const left = database.prepare("select subject from sessions where subject like '%-who-%'");
    await expect.poll(() => left.all(), { timeout: 60_000 }).toEqual([{ subject: "bob-who-stays" }]);
    database.close();
    expect(await cartOf(eve)).toMatchObject({ user: null });
    expect(await cartOf(bob)).toMatchObject({ user: "bob-who-stays" });
  });
});
