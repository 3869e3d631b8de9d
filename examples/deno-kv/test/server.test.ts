import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, findProgram, openWebSocket, startServer, wrongVisits } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The flags of the README: the program has no permissions. */
const flags = (port: number): string => `--unstable-kv --host 127.0.0.1 --port ${port} src/server.ts`;
const cwd = new URL("..", import.meta.url);

describe("examples/deno-kv", () => {
  let server: Engine;
  beforeAll(async () => {
    server = await startServer({
      cwd,
      command: (port) => ["deno", ...`serve --no-prompt --conditions=@coatcheck/source ${flags(port)}`.split(" ")],
      // Without a path, Deno stores its KV in this folder.
      env: (folder) => ({ DENO_DIR: join(folder, "deno") }),
      ready: /Listening on/,
    });
  });
  afterAll(() => server?.stop());

  const visitor = (): Browser => browser({ origin: server.url });
  const home = async (client: Browser): Promise<unknown> => (await client.fetch("/")).json();
  const say = (client: Browser, body: string): Promise<Response> => client.fetch("/messages", { method: "POST", body });
  const listen = async (client: Browser): ReturnType<typeof openWebSocket> =>
    openWebSocket(`${server.url}/socket`, await client.cookieHeader());

  async function logIn(user: string): Promise<Browser> {
    const client = visitor();
    expect(await (await client.submit("/login", { user })).json()).toEqual({ user, sent: 0 });
    return client;
  }

  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), server.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("type-checks with Deno's own types", () => {
    const DENO_DIR = mkdtempSync(join(tmpdir(), "coatcheck-deno-"));
    try {
      const args = ["check", "--quiet", "--cached-only", "--conditions=@coatcheck/source", "src/server.ts"];
      execFileSync(findProgram("deno", "npm install"), args, { cwd, env: { DENO_DIR }, stdio: "pipe" });
    } finally {
      rmSync(DENO_DIR, { recursive: true });
    }
  });

  it("sets no cookie for a visitor who only reads", async () => {
    const response = await visitor().fetch("/");
    expect(await response.json()).toEqual({ user: null, sent: 0 });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("SEC-30 sets a cookie for this host only, with HttpOnly, Secure and SameSite=Lax", async () => {
    const response = await visitor().fetch("/login", { method: "POST", body: new URLSearchParams({ user: "eve" }) });
    const cookies = response.headers.getSetCookie().map((line) => line.split("; "));
    const value = expect.stringMatching(/^__Host-session=./);
    expect(cookies).toEqual([[value, "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]]);
  });

  it("knows the logged-in user of a WebSocket and sends messages to all listeners", async () => {
    const [eve, bob] = [await logIn("eve"), await logIn("bob")];
    const [toEve, toBob] = [await listen(eve), await listen(bob)];
    expect(await toEve.next()).toBe("Hello, eve");
    expect(await toBob.next()).toBe("Hello, bob");
    await say(eve, JSON.stringify({ text: "Is my coat here?" }));
    expect(await toEve.next()).toBe("eve: Is my coat here?");
    expect(await toBob.next()).toBe("eve: Is my coat here?");
    toEve.close();
    toBob.close();
    expect(await home(eve)).toEqual({ user: "eve", sent: 1 });
    expect(await home(bob)).toEqual({ user: "bob", sent: 0 });
  });

  it("rejects a WebSocket without a login or from another origin", async () => {
    await expect(listen(visitor())).rejects.toThrow("did not upgrade");
    expect((await visitor().fetch("/socket")).status).toBe(401);
    const eve = await logIn("eve");
    const headers = { Origin: "https://neighbour.example" };
    expect((await eve.fetch("/socket", { headers })).status).toBe(403);
  });

  it("counts all of 20 parallel requests of one visitor", async () => {
    const eve = await logIn("eve");
    const sent = await Promise.all(Array.from({ length: 20 }, () => say(eve, '{"text":"hello"}')));
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([303]));
    expect(await home(eve)).toEqual({ user: "eve", sent: 20 });
  });

  it("answers 500 when a handler throws, and stores nothing", async () => {
    const eve = await logIn("eve");
    const failed = await say(eve, "not JSON");
    expect(failed.status).toBe(500);
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(await home(eve)).toEqual({ user: "eve", sent: 0 });
  });

  it("rejects a copy of the cookie after the logout, also for WebSockets", async () => {
    const eve = await logIn("eve");
    const thief = await eve.clone();
    expect(await home(thief)).toMatchObject({ user: "eve" });
    await eve.submit("/logout", {});
    expect(await eve.cookieHeader()).toBe("");
    expect(await home(thief)).toMatchObject({ user: null });
    await expect(listen(thief)).rejects.toThrow("did not upgrade");
  });

  it("keeps sessions in Deno KV across a restart", async () => {
    const eve = await logIn("eve");
    await say(eve, '{"text":"hello"}');
    await server.kill();
    await server.restart();
    expect(await home(eve)).toEqual({ user: "eve", sent: 1 });
  });
});
