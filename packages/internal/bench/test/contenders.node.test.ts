import { startOrSkip, startRedis } from "@coatcheck/engines";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  type Action,
  type Application,
  type Contender,
  cookieOf,
  newRequest,
  type Reply,
  toReply,
} from "../src/contenders/contender.ts";
import { CONTENDERS } from "../src/contenders/contenders.ts";
import { connectRedis } from "../src/contenders/redis-client.ts";
import { redisContenders } from "../src/contenders/redis-contenders.ts";
import { dataOf, fillQuery } from "../src/contenders/session-data.ts";
import { countByRedis } from "../src/workloads/count-redis-commands.ts";
import { pendingWritesDone } from "../src/workloads/round-trips.ts";
import { forge, tamper } from "../src/workloads/tamper.ts";

const redis = await startOrSkip("contenders of the benchmark", startRedis);
const client = redis && (await connectRedis(redis.url));
afterAll(async () => {
  await client?.close();
  await redis?.stop();
});

const withSessions = [...CONTENDERS, ...(client ? redisContenders(client) : [])].filter(
  ({ protection }) => protection !== "none",
);

// The comparison is fair only when every contender does the same work.
describe.each(withSessions.map((contender) => [titleOf(contender), contender] as const))("%s", (_title, contender) => {
  const hasIds = contender.protection === "server" || contender.protection === "Redis";

  it.each([200, 2_000])("reads a session of %i bytes, also after a restart", async (size) => {
    const { start } = await contender.setUp();
    const app = start();
    const [first, second] = [await newSession(app, 7, size), await newSession(app, 8, size)];
    expect((await send(app, "read", first)).text).toBe("7/0/anonymous");
    const restarted = start();
    expect((await send(restarted, "read", first)).text).toBe("7/0/anonymous");
    expect((await send(restarted, "read", second)).text).toBe("8/0/anonymous");
    expect(first.length).toBeGreaterThan(hasIds ? 20 : size);
  });

  it("finds no session without a cookie", async () => {
    const { start } = await contender.setUp();
    if (contender.host === "raw") return;
    expect((await send(start(), "read", "")).text).toBe("none");
  });

  it("saves a change", async () => {
    const { start } = await contender.setUp();
    const before = await newSession(start(), 7);
    const written = await send(start(), "write", before);
    expect(written.text).toBe("7/1/anonymous");
    await pendingWritesDone();
    expect((await send(start(), "read", cookieAfter(before, written))).text).toBe("7/1/anonymous");
    if (!hasIds) expect(cookieOf(written)).not.toBe(before);
  });

  it("rejects a changed cookie", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { start } = await contender.setUp();
    const cookie = await newSession(start(), 7);
    for (const changed of [tamper(cookie), forge(cookie, 1), forge(cookie, 2)]) {
      expect(changed).not.toBe(cookie);
      expect((await send(start(), "read", changed)).text).toBe("none");
    }
    print.mockRestore();
  });

  it("logs in with a new id, or with a new cookie where there is no id", async () => {
    const { start } = await contender.setUp();
    const app = start();
    if (app.login === undefined) return expect(contender.name).toBe("@hono/session, storage");
    const before = await newSession(app, 7);
    const login = await send(app, "login", before);
    expect(login.text).toBe("7/0/user-1");
    const after = cookieOf(login);
    expect(after).not.toBe("");
    expect(after).not.toBe(before);
    await pendingWritesDone();
    expect((await send(start(), "read", after)).text).toBe("7/0/user-1");
    if (hasIds) expect((await send(start(), "read", before)).text).toBe("none");
  });

  it("answers a request that does not read its session", async () => {
    const { start } = await contender.setUp();
    const app = start();
    if (app.unread === undefined) return;
    const reply = await send(app, "unread", await newSession(app, 7));
    expect(reply.text).toBe("ok");
  });
});

describe("contenders with a store", () => {
  it("count every call of the store", async () => {
    for (const name of ["coatcheck", "express-session, memory", "hono-sessions, memory", "@hono/session, storage"]) {
      const contender = CONTENDERS.find((each) => each.name === name && each.protection === "server");
      const fixture = await contender?.setUp();
      const app = fixture?.start() ?? {};
      const cookie = await newSession(app, 7);
      expect(fixture?.countStoreCalls?.(), name).toBeGreaterThan(0);
      await send(app, "read", cookie);
      expect(fixture?.countStoreCalls?.(), name).toBeGreaterThan(0);
      expect(fixture?.countStoreCalls?.(), name).toBe(0);
    }
  });

  it("count their Redis commands: coatcheck reads with one command and writes with one more", async (test) => {
    if (client === undefined) return test.skip("Redis is not installed");
    const [contender] = redisContenders(client);
    const app = (await contender?.setUp())?.start() ?? {};
    const cookie = await newSession(app, 7);
    const count = (action: Action): Promise<number> =>
      countByRedis(client)("coatcheck", async () => void (await send(app, action, cookie)));
    expect([await count("unread"), await count("read"), await count("write")]).toEqual([0, 1, 2]);
  });
});

describe("dataOf", () => {
  it("has exactly the requested size as JSON", () => {
    for (const size of [200, 2_000]) expect(JSON.stringify(dataOf(1, size))).toHaveLength(size);
  });
});

function titleOf({ name, protection, host }: Contender): string {
  return `${name} (${protection}, ${host})`;
}

async function newSession(app: Application, n: number, size = 200): Promise<string> {
  const cookie = cookieOf(await send(app, "fill", "", fillQuery(n, size)));
  await pendingWritesDone();
  return cookie;
}

async function send(app: Application, action: Action, cookie: string, query?: string): Promise<Reply> {
  const handler = app[action];
  if (handler === undefined) throw new Error(`the contender has no ${action}`);
  return toReply(handler(newRequest(action, cookie, query)));
}

/** The Cookie header of a browser that had a cookie and received a reply. */
function cookieAfter(cookie: string, reply: Reply): string {
  return cookieOf(reply) || cookie;
}
