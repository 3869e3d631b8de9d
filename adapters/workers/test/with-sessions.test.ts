import { memoryStore, type PendingSession, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { cloudflareKVStore, type KVNamespaceClient } from "@coatcheck/stores/kv";
import { describe, expect, it } from "vitest";
import { scheduledSweep, type WorkerContext, withSessions } from "../src/index.ts";

const request = (): Request => new Request("https://localhost/");

/** Throws when work is postponed until after the response. */
const context: WorkerContext = {
  waitUntil: () => {
    throw new Error("a commit was postponed");
  },
  passThroughOnException: () => {},
};

const write = async (_request: Request, pending: PendingSession): Promise<Response> => {
  (await pending).set("theme", "dark");
  return new Response("written");
};

describe("withSessions", () => {
  it("creates one manager per set of bindings and passes bindings and context on", async () => {
    const made: object[] = [];
    const seen: unknown[] = [];
    const worker = withSessions(
      (env: { readonly NAME: string }) => {
        made.push({ name: env.NAME });
        return new SessionManager({ mode: serverSide(memoryStore()) });
      },
      (_request, _pending, env, ctx) => {
        seen.push(env, ctx);
        return new Response(env.NAME);
      },
    );
    const [production, preview] = [{ NAME: "production" }, { NAME: "preview" }];
    for (const env of [production, preview, production]) {
      expect(await (await worker.fetch(request(), env, context)).text()).toBe(env.NAME);
    }
    expect(made).toEqual([{ name: "production" }, { name: "preview" }]);
    expect(seen).toEqual([production, context, preview, context, production, context]);
  });

  it("passes the manager on, for list and revokeAll", async () => {
    const worker = withSessions(
      () => new SessionManager({ mode: serverSide(memoryStore()) }),
      async (_request, pending, _env, _context, sessions) => {
        (await pending).bind("eve");
        return Response.json(await sessions.list("eve"));
      },
    );
    const env = {};
    expect(await (await worker.fetch(request(), env, context)).json()).toEqual([]);
    expect(await (await worker.fetch(request(), env, context)).json()).toMatchObject([{ subject: "eve" }]);
  });

  it("accepts an existing manager", async () => {
    const worker = withSessions(new SessionManager({ mode: serverSide(memoryStore()) }), write);
    expect((await worker.fetch(request(), {}, context)).headers.getSetCookie()).toHaveLength(1);
  });

  it("commits before it answers", async () => {
    const store = memoryStore();
    let isConfirmed = false;
    const slow = {
      ...store,
      create: async (...args: Parameters<typeof store.create>) => {
        const answer = await store.create(...args);
        isConfirmed = true;
        return answer;
      },
    };
    await withSessions(new SessionManager({ mode: serverSide(slow) }), write).fetch(request(), {}, context);
    expect(isConfirmed).toBe(true);
  });

  it("returns the response of a handler unchanged when the session is not used", async () => {
    const response = new Response("untouched");
    const worker = withSessions(new SessionManager({ mode: serverSide(memoryStore()) }), () => response);
    expect(await worker.fetch(request(), {}, context)).toBe(response);
  });

  it("names a missing binding and says where to add it", async () => {
    const create = (env: { readonly SESSIONS: KVNamespaceClient }): SessionManager =>
      new SessionManager({ mode: serverSide(cloudflareKVStore(env.SESSIONS)) });
    await expect(withSessions(create, write).fetch(request(), {} as never, context)).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/^env\.SESSIONS is undefined: .*wrangler.*kv_namespaces/s),
    });
  });

  it("names a missing secret and says how to set it", async () => {
    const create = (env: { readonly SESSION_SECRET: string }): SessionManager =>
      new SessionManager({ mode: signedCookie({ secrets: env.SESSION_SECRET }) });
    await expect(withSessions(create, write).fetch(request(), {} as never, context)).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/^env\.SESSION_SECRET is undefined: .*npx wrangler secret put/),
      cause: expect.any(Error),
    });
  });

  it("does not name bindings that exist or are optional", async () => {
    const failure = new Error("of another kind");
    const fail = (): SessionManager => {
      throw failure;
    };
    await expect(withSessions(fail, write).fetch(request(), { A: 1 }, context)).rejects.toBe(failure);
    const optional = withSessions((env: { readonly DEBUG?: string }) => {
      expect(env.DEBUG).toBeUndefined();
      return new SessionManager({ mode: serverSide(memoryStore()) });
    }, write);
    expect((await optional.fetch(request(), {}, context)).status).toBe(200);
  });

  it("reports a missing secret on every request, and other workers with the same bindings keep working", async () => {
    const env = {} as { readonly SESSION_SECRET: string };
    const create = ({ SESSION_SECRET }: typeof env): SessionManager =>
      new SessionManager({ mode: signedCookie({ secrets: SESSION_SECRET }) });
    const broken = withSessions(create, write);
    for (let count = 0; count < 40; count++) {
      await expect(broken.fetch(request(), env, context)).rejects.toThrow(/^env\.SESSION_SECRET is undefined/);
    }
    const sound = withSessions((_env: typeof env) => new SessionManager({ mode: serverSide(memoryStore()) }), write);
    expect((await sound.fetch(request(), env, context)).status).toBe(200);
  });

  it("rejects a function that returns something else than a manager, such as a promise", async () => {
    for (const create of [() => undefined, async () => new SessionManager({ mode: serverSide(memoryStore()) })]) {
      await expect(withSessions(create as never, write).fetch(request(), {}, context)).rejects.toMatchObject({
        code: "INVALID_OPTION",
        message: expect.stringContaining("source must return a SessionManager"),
      });
    }
  });

  it("accepts a request without bindings and context, as in a test", async () => {
    const worker = withSessions(() => new SessionManager({ mode: serverSide(memoryStore()) }), write);
    expect((await (worker.fetch as (request: Request) => Promise<Response>)(request())).status).toBe(200);
  });

  it("rejects being called once per request", async () => {
    const env = {};
    const perRequest = (): Promise<Response> =>
      withSessions(() => new SessionManager({ mode: serverSide(memoryStore()) }), write).fetch(request(), env, context);
    const calls = Array.from({ length: 40 }, perRequest);
    const refused = (await Promise.allSettled(calls)).filter((result) => result.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.reason).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("once") });
  });

  it("rejects an invalid manager or handler", () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    for (const args of [[sessions], [undefined, write], [{}, write], [write]]) {
      expect(() => Reflect.apply(withSessions, undefined, args)).toThrow(
        /withSessions takes a manager and a handler: withSessions\(\(env\) => …, handler\)/,
      );
    }
  });

  it("throws NO_RESPONSE when the handler returns nothing", async () => {
    const worker = withSessions(new SessionManager({ mode: serverSide(memoryStore()) }), () => undefined as never);
    await expect(worker.fetch(request(), {}, context)).rejects.toMatchObject({ code: "NO_RESPONSE" });
  });
});

describe("scheduledSweep", () => {
  it("removes the sessions that had expired at the scheduled time", async () => {
    const store = memoryStore();
    const session = { data: "{}", version: 1, createdAt: 0 };
    for (const [name, expiresAt] of [
      ["a", 1_000],
      ["b", 1_001],
    ] as const) {
      await store.create(name.padEnd(43, "A"), { ...session, expiresAt });
    }
    await scheduledSweep((env: { store: typeof store }) => env.store)({ scheduledTime: 1_000 }, { store });
    expect(await store.load("a".padEnd(43, "A"))).toBeNull();
    expect(await store.load("b".padEnd(43, "A"))).not.toBeNull();
  });

  it("rejects when the sweep fails, so that the run is shown as failed", async () => {
    const failure = new Error("no database");
    const sweep = scheduledSweep(() => ({ sweep: () => Promise.reject(failure) }));
    await expect(sweep({ scheduledTime: 0 }, {})).rejects.toBe(failure);
  });
});
