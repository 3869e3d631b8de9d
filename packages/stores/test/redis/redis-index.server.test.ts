import { inspect } from "node:util";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisStore, redisStore } from "../../src/redis.ts";
import { engineUrl } from "../support/engines.ts";
import { newPrefix, sessionOf, storeKey } from "../support/sessions.ts";

const url = engineUrl("redis");

describe.skipIf(url === undefined)("redisStore, its keys in Redis", () => {
  const client = createClient({ url: url ?? "" });

  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.close());

  function newStore(now?: () => number): { store: RedisStore; prefix: string } {
    const prefix = newPrefix();
    return { store: redisStore(client, { prefix, ...(now && { now }) }), prefix };
  }

  it("sets the same expiry in Redis for a session and its index", async () => {
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

  it("leaves no key in Redis after the sessions of a subject have ended", async () => {
    const { store, prefix } = newStore();
    for (const name of ["a", "b", "c"]) await store.create(storeKey(name), sessionOf({ subject: "eve" }));
    await store.delete(storeKey("a"));
    await store.delete(storeKey("b"), 1);
    await store.deleteBySubject("eve");
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });

  it("restores a lost index entry at the next write or touch", async () => {
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

  it("skips index entries of missing sessions and of other subjects", async () => {
    const { store, prefix } = newStore();
    await store.create(storeKey("of-grace"), sessionOf({ subject: "grace" }));
    const later = Date.now() + 3_600_000;
    for (const value of [storeKey("of-grace"), storeKey("missing")]) {
      await client.zAdd(`${prefix}subject/eve`, { score: later, value });
    }
    expect(await store.listBySubject("eve")).toEqual([]);
    expect(await store.deleteBySubject("eve")).toBe(0);
    expect(await store.load(storeKey("of-grace"))).not.toBeNull();
  });

  it("removes expired entries when it adds another", async () => {
    let time = Date.now();
    const { store, prefix } = newStore(() => time);
    await store.create(storeKey("a"), sessionOf({ subject: "eve", expiresAt: time + 60_000 }));
    time += 61_000;
    await store.create(storeKey("b"), sessionOf({ subject: "eve" }));
    expect(await client.zRange(`${prefix}subject/eve`, 0, -1)).toEqual([storeKey("b")]);
  });

  it("leaves no index entry after an update of a missing session", async () => {
    const { store, prefix } = newStore();
    expect(await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2 }), 1)).toBe("gone");
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });
});

describe.skipIf(url === undefined)("redisStore with a client that sends every command twice", () => {
  const client = createClient({ url: url ?? "" });

  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.close());

  /** As clients do when the connection breaks before the answer arrives. */
  const resending = {
    evalSha: true,
    async eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown> {
      await client.eval(script, options);
      return client.eval(script, options);
    },
  };
  const newStore = (): RedisStore => redisStore(resending, { prefix: newPrefix() });

  it("creates a session once and answers true", async () => {
    const store = newStore();
    expect(await store.create(storeKey("a"), sessionOf({ subject: "eve" }))).toBe(true);
    expect(await store.create(storeKey("a"), sessionOf({ subject: "eve" }))).toBe(false);
  });

  it("updates a session once and answers ok, so that no counter counts twice", async () => {
    const store = newStore();
    await store.create(storeKey("a"), sessionOf({ subject: "eve" }));
    expect(await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2 }), 1)).toBe("ok");
    expect(await store.update(storeKey("a"), sessionOf({ subject: "eve", version: 2 }), 1)).toBe("conflict");
    expect((await store.load(storeKey("a")))?.version).toBe(2);
  });
});

describe.skipIf(url === undefined)("redisStore over ioredis", () => {
  it("SEC-41 reveals neither data nor subject in an error and its properties", async () => {
    const client = new Redis(url ?? "");
    const prefix = newPrefix();
    const store = redisStore(client, { prefix });
    await client.set(prefix + storeKey("a"), "not a hash");
    const session = sessionOf({ subject: "eve@example.org", data: '{"d":{"card":"4111"}}' });
    const error: unknown = await store.create(storeKey("a"), session).catch((reason: unknown) => reason);
    expect(String(error)).toContain("WRONGTYPE");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/4111|eve@example/);
    client.disconnect();
  });

  it("works with a client that returns numbers as strings", async () => {
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

  it("rounds instants down to whole milliseconds, and stores nothing for invalid ones", async () => {
    const client = new Redis(url ?? "");
    const prefix = newPrefix();
    const store = redisStore(client, { prefix });
    const session = sessionOf();
    await store.create(storeKey("a"), { ...session, expiresAt: session.expiresAt + 0.5 });
    expect(await store.load(storeKey("a"))).toEqual(session);
    expect(await client.pexpiretime(prefix + storeKey("a"))).toBe(session.expiresAt);
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const rejection = { code: "INVALID_OPTION" };
      await expect(store.create(storeKey("b"), { ...session, expiresAt: wrong })).rejects.toMatchObject(rejection);
      await expect(store.touch(storeKey("a"), wrong)).rejects.toMatchObject(rejection);
    }
    expect(await client.keys(`${prefix}*`)).toEqual([prefix + storeKey("a")]);
    client.disconnect();
  });

  it("keeps its index apart from the keys of a store with a longer prefix", async () => {
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
