import { startOrSkip, startRedis } from "@coatcheck/engines";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  type Action,
  type Application,
  type Contender,
  cookieOf,
  newVisit,
  type Reply,
  toReply,
} from "../src/contenders/contender.ts";
import { CONTENDERS } from "../src/contenders/contenders.ts";
import { connectRedis } from "../src/contenders/redis-client.ts";
import { redisContenders } from "../src/contenders/redis-contenders.ts";
import { dataOf, fillQuery } from "../src/contenders/session-data.ts";
import { countByRedis } from "../src/workloads/count-redis-commands.ts";
import { settled } from "../src/workloads/round-trips.ts";
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

// What is compared has to be the same work, done by everybody.
describe.each(withSessions.map((contender) => [titleOf(contender), contender] as const))("%s", (_title, contender) => {
  const keepsIds = contender.protection === "server" || contender.protection === "Redis";

  it.each([200, 2_000])("reads what a session of %i bytes holds, after a restart too", async (size) => {
    const { start } = await contender.setUp();
    const app = start();
    const [first, second] = [await newSession(app, 7, size), await newSession(app, 8, size)];
    expect((await visit(app, "read", first)).text).toBe("7/0/nobody");
    const restarted = start();
    expect((await visit(restarted, "read", first)).text).toBe("7/0/nobody");
    expect((await visit(restarted, "read", second)).text).toBe("8/0/nobody");
    expect(first.length).toBeGreaterThan(keepsIds ? 20 : size);
  });

  it("reads nothing without a cookie", async () => {
    const { start } = await contender.setUp();
    if (contender.host === "raw") return;
    expect((await visit(start(), "read", "")).text).toBe("none");
  });

  it("keeps what is written", async () => {
    const { start } = await contender.setUp();
    const before = await newSession(start(), 7);
    const written = await visit(start(), "write", before);
    expect(written.text).toBe("7/1/nobody");
    await settled();
    expect((await visit(start(), "read", jar(before, written))).text).toBe("7/1/nobody");
    if (!keepsIds) expect(cookieOf(written)).not.toBe(before);
  });

  it("refuses a cookie in which something was changed", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { start } = await contender.setUp();
    const cookie = await newSession(start(), 7);
    for (const changed of [tamper(cookie), forge(cookie, 1), forge(cookie, 2)]) {
      expect(changed).not.toBe(cookie);
      expect((await visit(start(), "read", changed)).text).toBe("none");
    }
    print.mockRestore();
  });

  it("logs in under a new id, or at least in a new cookie", async () => {
    const { start } = await contender.setUp();
    const app = start();
    if (app.login === undefined) return expect(contender.name).toBe("@hono/session, storage");
    const before = await newSession(app, 7);
    const login = await visit(app, "login", before);
    expect(login.text).toBe("7/0/user-1");
    const after = cookieOf(login);
    expect(after).not.toBe("");
    expect(after).not.toBe(before);
    await settled();
    expect((await visit(start(), "read", after)).text).toBe("7/0/user-1");
    if (keepsIds) expect((await visit(start(), "read", before)).text).toBe("none");
  });

  it("has its sessions at hand when nobody asks for one", async () => {
    const { start } = await contender.setUp();
    const app = start();
    if (app.untouched === undefined) return;
    const reply = await visit(app, "untouched", await newSession(app, 7));
    expect(reply.text).toBe("ok");
  });
});

describe("contenders that keep their sessions in a store", () => {
  it("are counted by every call of it", async () => {
    for (const name of ["coatcheck", "express-session, memory", "hono-sessions, memory", "@hono/session, storage"]) {
      const contender = CONTENDERS.find((each) => each.name === name && each.protection === "server");
      const place = await contender?.setUp();
      const app = place?.start() ?? {};
      const cookie = await newSession(app, 7);
      expect(place?.countCalls?.(), name).toBeGreaterThan(0);
      await visit(app, "read", cookie);
      expect(place?.countCalls?.(), name).toBeGreaterThan(0);
      expect(place?.countCalls?.(), name).toBe(0);
    }
  });

  it("are counted by Redis where that keeps them: coatcheck reads with one command, and writes with one more", async (test) => {
    if (client === undefined) return test.skip("Redis is not installed");
    const [contender] = redisContenders(client);
    const app = (await contender?.setUp())?.start() ?? {};
    const cookie = await newSession(app, 7);
    const count = (action: Action): Promise<number> =>
      countByRedis(client)("coatcheck", async () => void (await visit(app, action, cookie)));
    expect([await count("untouched"), await count("read"), await count("write")]).toEqual([0, 1, 2]);
  });
});

describe("dataOf", () => {
  it("has as many bytes as JSON as it was asked for", () => {
    for (const size of [200, 2_000]) expect(JSON.stringify(dataOf(1, size))).toHaveLength(size);
  });
});

function titleOf({ name, protection, host }: Contender): string {
  return `${name} (${protection}, ${host})`;
}

async function newSession(app: Application, n: number, size = 200): Promise<string> {
  const cookie = cookieOf(await visit(app, "fill", "", fillQuery(n, size)));
  await settled();
  return cookie;
}

async function visit(app: Application, action: Action, cookie: string, query?: string): Promise<Reply> {
  const handler = app[action];
  if (handler === undefined) throw new Error(`there is no ${action}`);
  return toReply(handler(newVisit(action, cookie, query)));
}

/** What a browser holds that had a cookie and got a reply. */
function jar(cookie: string, reply: Reply): string {
  return cookieOf(reply) || cookie;
}
