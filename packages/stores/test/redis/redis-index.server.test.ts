import { inspect } from "node:util";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisStore, redisStore } from "../../src/redis.ts";
import { engineUrl } from "../support/engines.ts";
import { newPrefix, sessionOf, storeKey } from "../support/sessions.ts";

const url = engineUrl("redis");

describe.skipIf(url === undefined)("redisStore, in the keys it makes", () => {
  const client = createClient({ url: url ?? "" });

  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.close());

  function newStore(now?: () => number): { store: RedisStore; prefix: string } {
    const prefix = newPrefix();
    return { store: redisStore(client, { prefix, ...(now && { now }) }), prefix };
  }

  it("lets a session and its index expire in Redis, with the session", async () => {
    const { store, prefix } = newStore();
    const session = sessionOf({ subject: "eve" });
    await store.create(storeKey("a"), session);
    expect(await client.pExpireTime(prefix + storeKey("a"))).toBe(session.expiresAt);
    expect(await client.pExpireTime(`${prefix}subject/eve`)).toBe(session.expiresAt);

    const touched = session.expiresAt + 60_000;
    await store.touch(storeKey("a"), touched);
    expect(await client.pExpireTime(prefix + storeKey("a"))).toBe(touched);
    expect(await client.pExpireTime(`${prefix}subject/eve`)).toBe(touched);

    const updated = touched + 60_000;
    await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2, expiresAt: updated }), 1);
    expect(await client.pExpireTime(prefix + storeKey("a"))).toBe(updated);
    expect(await client.pExpireTime(`${prefix}subject/eve`)).toBe(updated);
  });

  it("leaves no key behind when the sessions of a subject have ended", async () => {
    const { store, prefix } = newStore();
    for (const name of ["a", "b", "c"]) await store.create(storeKey(name), sessionOf({ subject: "eve" }));
    await store.delete(storeKey("a"));
    await store.delete(storeKey("b"), 1);
    await store.deleteBySubject("eve");
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });

  it("lists again what was lost from the index, once the session is written or touched", async () => {
    const { store, prefix } = newStore();
    await store.create(storeKey("written"), sessionOf({ subject: "eve" }));
    await store.create(storeKey("touched"), sessionOf({ subject: "eve" }));
    await client.del(`${prefix}subject/eve`);
    expect(await store.listBySubject("eve")).toEqual([]);

    await store.update(storeKey("written"), sessionOf({ subject: "eve", version: 2 }), 1);
    await store.touch(storeKey("touched"), Date.now() + 7_200_000);
    const listed = (await store.listBySubject("eve")).map(({ key }) => key);
    expect(listed.sort()).toEqual([storeKey("touched"), storeKey("written")]);
  });

  it("passes over entries whose session is not there, or is of somebody else, and ends neither", async () => {
    const { store, prefix } = newStore();
    await store.create(storeKey("hers"), sessionOf({ subject: "grace" }));
    const later = Date.now() + 3_600_000;
    for (const value of [storeKey("hers"), storeKey("none")]) {
      await client.zAdd(`${prefix}subject/eve`, { score: later, value });
    }
    expect(await store.listBySubject("eve")).toEqual([]);
    expect(await store.deleteBySubject("eve")).toBe(0);
    expect(await store.load(storeKey("hers"))).not.toBeNull();
  });

  it("drops entries of sessions that expired when another one is added", async () => {
    let time = Date.now();
    const { store, prefix } = newStore(() => time);
    await store.create(storeKey("a"), sessionOf({ subject: "eve", expiresAt: time + 60_000 }));
    time += 61_000;
    await store.create(storeKey("b"), sessionOf({ subject: "eve" }));
    expect(await client.zRange(`${prefix}subject/eve`, 0, -1)).toEqual([storeKey("b")]);
  });

  it("leaves no entry behind for a session that was gone when it was written to", async () => {
    const { store, prefix } = newStore();
    expect(await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2 }), 1)).toBe("gone");
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });
});

describe.skipIf(url === undefined)("redisStore, when its client sends a command twice", () => {
  const client = createClient({ url: url ?? "" });

  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.close());

  /** As clients do when the connection broke before the answer came. */
  const resending = {
    evalSha: true,
    async eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown> {
      await client.eval(script, options);
      return client.eval(script, options);
    },
  };
  const newStore = (): RedisStore => redisStore(resending, { prefix: newPrefix() });

  it("creates once, and says that it did", async () => {
    const store = newStore();
    expect(await store.create(storeKey("a"), sessionOf({ subject: "eve" }))).toBe(true);
    expect(await store.create(storeKey("a"), sessionOf({ subject: "eve" }))).toBe(false);
  });

  it("writes once, and says that it did: a counter that counts in a conflict does not count twice", async () => {
    const store = newStore();
    await store.create(storeKey("a"), sessionOf({ subject: "eve" }));
    expect(await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2 }), 1)).toBe("ok");
    expect(await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2 }), 1)).toBe("conflict");
    expect((await store.load(storeKey("a")))?.version).toBe(2);
  });
});

describe.skipIf(url === undefined)("redisStore over ioredis", () => {
  it("SEC-41 tells neither data nor subject when a command fails, in the error or in anything that hangs on it", async () => {
    const client = new Redis(url ?? "");
    const prefix = newPrefix();
    const store = redisStore(client, { prefix });
    await client.set(prefix + storeKey("a"), "no hash");
    const session = sessionOf({ subject: "eve@example.org", data: '{"d":{"card":"4111"}}' });
    const error: unknown = await store.create(storeKey("a"), session).catch((reason: unknown) => reason);
    expect(String(error)).toContain("WRONGTYPE");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/4111|eve@example/);
    client.disconnect();
  });

  it("understands a client that answers with strings for numbers", async () => {
    const client = new Redis(url ?? "", { stringNumbers: true });
    const store = redisStore(client, { prefix: newPrefix() });
    const session = sessionOf();
    expect(await store.touch(storeKey("a"), session.expiresAt)).toBe(false);
    expect(await store.delete(storeKey("a"))).toBe("gone");
    expect(await store.create(storeKey("a"), session)).toBe(true);
    expect(await store.create(storeKey("a"), session)).toBe(false);
    expect(await store.touch(storeKey("a"), session.expiresAt + 1_000)).toBe(true);
    expect(await store.update(storeKey("a"), { ...session, version: 2 }, 1)).toBe("ok");
    expect(await store.delete(storeKey("a"), 1)).toBe("conflict");
    expect(await store.delete(storeKey("a"), 2)).toBe("ok");
    client.disconnect();
  });

  it("keeps whole milliseconds of instants with fractions, and writes nothing for what is no instant", async () => {
    const client = new Redis(url ?? "");
    const prefix = newPrefix();
    const store = redisStore(client, { prefix });
    const session = sessionOf();
    await store.create(storeKey("a"), { ...session, expiresAt: session.expiresAt + 0.5 });
    expect(await store.load(storeKey("a"))).toEqual(session);
    expect(await client.pexpiretime(prefix + storeKey("a"))).toBe(session.expiresAt);
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const refusal = { code: "INVALID_OPTION" };
      await expect(store.create(storeKey("b"), { ...session, expiresAt: wrong })).rejects.toMatchObject(refusal);
      await expect(store.touch(storeKey("a"), wrong)).rejects.toMatchObject(refusal);
    }
    expect(await client.keys(`${prefix}*`)).toEqual([prefix + storeKey("a")]);
    client.disconnect();
  });

  it("keeps the index of one store apart from the keys of another whose prefix begins like it", async () => {
    const client = new Redis(url ?? "");
    const prefix = newPrefix();
    const [outer, inner] = [redisStore(client, { prefix }), redisStore(client, { prefix: `${prefix}subject:` })];
    await inner.create(storeKey("a"), sessionOf());
    await outer.create(storeKey("b"), sessionOf({ subject: storeKey("a") }));
    expect((await outer.listBySubject(storeKey("a"))).map(({ key }) => key)).toEqual([storeKey("b")]);
    expect(await inner.load(storeKey("a"))).not.toBeNull();
    client.disconnect();
  });
});
