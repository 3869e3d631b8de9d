import { env } from "cloudflare:workers";
import { SessionManager, serverSide } from "@coatcheck/core";
import { browser, storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { cloudflareKVStore, type KVNamespaceClient } from "../src/kv.ts";
import { newPrefix, sessionOf as session, storeKey } from "./support/sessions.ts";

const KEY = storeKey("a");

storeConformance(
  { describe, it },
  {
    name: "cloudflareKVStore",
    create: () => ({ store: cloudflareKVStore(env.SESSIONS, { prefix: newPrefix() }) }),
    isAtomic: false,
    hasSubjectIndex: false,
    hasSweeper: false,
    checksKeys: true,
    // No dropsWithin: KV keeps a value for at least a minute. No peer: it may see a change a minute later.
  },
);

describe("cloudflareKVStore, its values in KV", () => {
  it("keeps a session until it expires, with its version and expiry in the metadata", async () => {
    const prefix = newPrefix();
    const store = cloudflareKVStore(env.SESSIONS, { prefix });
    const { expiresAt } = session();
    await store.create(KEY, session({ expiresAt, subject: "eve" }));
    expect(await listed(prefix)).toEqual([
      { name: prefix + KEY, ttl: expect.closeTo(3_600, -2), metadata: { version: 1, expiresAt } },
    ]);
    await store.touch(KEY, expiresAt + 3_600_000);
    expect(await listed(prefix)).toMatchObject([
      { ttl: expect.closeTo(7_200, -2), metadata: { version: 1, expiresAt: expiresAt + 3_600_000 } },
    ]);
    await store.update(KEY, session({ version: 2, expiresAt, subject: "eve" }), 1);
    expect(await listed(prefix)).toMatchObject([
      { ttl: expect.closeTo(3_600, -2), metadata: { version: 2, expiresAt } },
    ]);
  });

  it("keeps a session with less than a minute left for the minimum of a minute", async () => {
    for (const secondsLeft of [59, 1, 0, -3_600]) {
      const prefix = newPrefix();
      const store = cloudflareKVStore(env.SESSIONS, { prefix });
      const brief = session({ expiresAt: Date.now() + secondsLeft * 1000 });
      expect(await store.create(KEY, brief)).toBe(true);
      expect(await store.load(KEY)).toEqual(brief);
      const [entry] = await listed(prefix);
      expect(entry?.ttl, `${secondsLeft} s`).toBeGreaterThan(50);
      expect(entry?.ttl, `${secondsLeft} s`).toBeLessThanOrEqual(60);
    }
  });

  it("rounds the time to live up, so that no session ends early", async () => {
    const puts: number[] = [];
    const at = Date.now();
    const store = cloudflareKVStore(observed(env.SESSIONS, puts), { prefix: newPrefix(), now: () => at });
    await store.create(KEY, session({ expiresAt: at + 90_001 }));
    expect(puts).toEqual([91]);
  });

  it("stores a subject longer than KV's metadata, and lone surrogates", async () => {
    const store = cloudflareKVStore(env.SESSIONS, { prefix: newPrefix() });
    const awkward = session({ subject: "eve".repeat(1_000), data: "\ud83e half a coat" });
    await store.create(KEY, awkward);
    expect(await store.load(KEY)).toEqual(awkward);
  });

  it("SEC-42 finds no session in a partly written value or in one of another program", async () => {
    const prefix = newPrefix();
    const store = cloudflareKVStore(env.SESSIONS, { prefix });
    const record = JSON.stringify(session());
    for (const text of ["", "null", "rubbish", '{"data":"{}"}', record.slice(0, -5)]) {
      await env.SESSIONS.put(prefix + KEY, text, { expirationTtl: 60, metadata: {} });
      expect(await store.load(KEY)).toBeNull();
      expect(await store.update(KEY, session({ version: 2 }), 1)).toBe("gone");
      expect(await store.touch(KEY, session().expiresAt)).toBe(false);
      expect(await env.SESSIONS.get(prefix + KEY)).toBe(text);
    }
    expect(await store.delete(KEY)).toBe("gone");
    expect(await env.SESSIONS.get(prefix + KEY)).toBeNull();
  });

  it("leaves the keys of other prefixes alone", async () => {
    const prefix = newPrefix();
    await cloudflareKVStore(env.SESSIONS, { prefix }).create(KEY, session());
    const other = cloudflareKVStore(env.SESSIONS, { prefix: `${prefix}other:` });
    expect(await other.load(KEY)).toBeNull();
    expect(await other.delete(KEY)).toBe("gone");
    expect(await cloudflareKVStore(env.SESSIONS, { prefix }).load(KEY)).not.toBeNull();
  });

  it("does not read a new key, because KV would cache that it is missing", async () => {
    const reads: string[] = [];
    const namespace: KVNamespaceClient = {
      ...bound(env.SESSIONS),
      get(key) {
        reads.push(key);
        return env.SESSIONS.get(key);
      },
    };
    await cloudflareKVStore(namespace, { prefix: newPrefix() }).create(KEY, session());
    expect(reads).toEqual([]);
  });

  it("rejects other bindings of a Worker", () => {
    for (const wrong of [env.SESSION_OBJECTS, env.SESSION_OBJECTS.get(env.SESSION_OBJECTS.idFromName("a"))]) {
      expect(() => cloudflareKVStore(wrong as unknown as KVNamespaceClient)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });

  it("rejects with the error of KV", async () => {
    const busy = {
      ...bound(env.SESSIONS),
      put: () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")),
    };
    const store = cloudflareKVStore(busy, { prefix: newPrefix() });
    await expect(store.create(KEY, session())).rejects.toThrow("KV PUT failed: 429 Too Many Requests");
  });
});

/** The limits that the documentation names. They show that `atomic: false` is true. */
describe("cloudflareKVStore, its limits", () => {
  it("loses the earlier of two updates of the same version", async () => {
    const { store, pauseNextPut } = pausable();
    await store.create(KEY, session());
    const pause = pauseNextPut();
    const slow = store.update(KEY, session({ data: "slow", version: 2 }), 1);
    await pause.reached;
    expect(await store.update(KEY, session({ data: "quick", version: 2 }), 1)).toBe("ok");
    pause.resume();
    expect(await slow).toBe("ok");
    expect(await store.load(KEY)).toMatchObject({ data: "slow", version: 2 });
  });

  it("restores a session when a logout comes between the read and the write of another request", async () => {
    const { store, pauseNextPut } = pausable();
    await store.create(KEY, session());
    const pause = pauseNextPut();
    const slow = store.update(KEY, session({ data: "slow", version: 2 }), 1);
    await pause.reached;
    expect(await store.delete(KEY)).toBe("ok");
    pause.resume();
    expect(await slow).toBe("ok");
    expect(await store.load(KEY)).toMatchObject({ data: "slow" });
  });
});

describe("cloudflareKVStore behind a SessionManager", () => {
  it("SEC-24 logs in and out, revokes one session, and rejects revokeAll with UNSUPPORTED", async () => {
    const store = cloudflareKVStore(env.SESSIONS, { prefix: newPrefix() });
    const sessions = new SessionManager({ mode: serverSide(store) });
    const client = browser({
      fetch: sessions.wrap(async (request, pending) => {
        const current = await pending;
        const { pathname } = new URL(request.url);
        if (pathname === "/login") current.bind("eve");
        if (pathname === "/logout") current.destroy();
        return Response.json({ subject: current.subject ?? "anonymous", id: current.id });
      }),
    });
    const visit = async (path: string): Promise<{ subject: string; id: string }> => (await client.fetch(path)).json();

    await visit("/login");
    const stolen = await client.clone();
    expect((await visit("/")).subject).toBe("eve");
    await visit("/logout");
    expect((await visit("/")).subject).toBe("anonymous");
    expect(await (await stolen.fetch("/")).json()).toMatchObject({ subject: "anonymous" });

    await visit("/login");
    expect(await sessions.revoke((await visit("/")).id)).toBe(true);
    expect((await visit("/")).subject).toBe("anonymous");
    await expect(sessions.revokeAll("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(sessions.list("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

interface Listed {
  readonly name: string;
  /** Seconds left. */
  readonly ttl: number;
  readonly metadata: unknown;
}

async function listed(prefix: string): Promise<Listed[]> {
  const { keys } = await env.SESSIONS.list({ prefix });
  return keys.map(({ name, expiration, metadata }) => ({ name, ttl: expiration - Date.now() / 1000, metadata }));
}

/** The namespace as an object whose methods can be replaced. */
function bound(namespace: KVNamespaceClient): KVNamespaceClient {
  return {
    get: (key) => namespace.get(key),
    getWithMetadata: (key) => namespace.getWithMetadata(key),
    put: (key, value, options) => namespace.put(key, value, options),
    delete: (key) => namespace.delete(key),
    list: (options) => namespace.list(options),
  };
}

function observed(namespace: KVNamespaceClient, ttls: number[]): KVNamespaceClient {
  return {
    ...bound(namespace),
    put(key, value, options) {
      ttls.push(options.expirationTtl);
      return namespace.put(key, value, options);
    },
  };
}

/** A store whose writes can be paused after their read. */
function pausable(): {
  store: ReturnType<typeof cloudflareKVStore>;
  pauseNextPut: () => { reached: Promise<void>; resume: () => void };
} {
  let act: (() => Promise<void>) | undefined;
  const namespace: KVNamespaceClient = {
    ...bound(env.SESSIONS),
    async put(key, value, options) {
      const planned = act;
      act = undefined;
      await planned?.();
      return env.SESSIONS.put(key, value, options);
    },
  };
  return {
    store: cloudflareKVStore(namespace, { prefix: newPrefix() }),
    pauseNextPut() {
      const reached = Promise.withResolvers<void>();
      const resumed = Promise.withResolvers<void>();
      act = () => {
        reached.resolve();
        return resumed.promise;
      };
      return { reached: reached.promise, resume: resumed.resolve };
    },
  };
}
