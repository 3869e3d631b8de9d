import {
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionStore,
  type StoredSession,
  serverSide,
} from "@coatcheck/core";
import { browser, sessionTransaction } from "@coatcheck/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** A store as somebody might write it first, in JavaScript; with the given differences. */
function plainStore(differences: Partial<Record<keyof SessionStore, unknown>> = {}): SessionStore {
  const rows = new Map<string, Record<string, unknown>>();
  return {
    traits: { atomic: true, consistency: "strong" },
    load: async (key: string) => rows.get(key),
    create: async (key: string, session: StoredSession) => !rows.has(key) && Boolean(rows.set(key, { ...session })),
    // In place: who loaded the row before holds the very same object.
    update: async (key: string, session: StoredSession, version: number) => {
      const row = rows.get(key);
      if (row === undefined) return "gone";
      return row["version"] === version ? Object.assign(row, session) && "ok" : "conflict";
    },
    touch: async (key: string, expiresAt: number) => {
      const row = rows.get(key);
      return row !== undefined && Boolean(Object.assign(row, { expiresAt }));
    },
    delete: async (key: string) => (rows.delete(key) ? "ok" : "gone"),
    ...differences,
  } as SessionStore;
}

function setUp(store: SessionStore) {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager<Record<string, number>>({
    mode: serverSide(store),
    onEvent: (event) => events.push(event),
  });
  const client = browser({
    fetch: sessions.wrap(async (request, pending) => {
      const { pathname, searchParams } = new URL(request.url);
      const session = await pending;
      if (pathname === "/set") session.set(searchParams.get("key") ?? "", 1);
      if (pathname === "/flash") session.flash("notice", "hello");
      if (pathname === "/login") session.bind("eve");
      return Response.json({ ...Object.fromEntries(session.entries()), notice: session.flashed("notice") });
    }),
  });
  const read = async () => (await client.fetch("/")).json();
  return { client, sessions, events, read };
}

describe("a store that hands out the rows it keeps, and changes them in place", () => {
  it("loses no update", async () => {
    const { client, sessions, events, read } = setUp(plainStore());
    await client.fetch("/set?key=start");
    const request = () =>
      client.cookieHeader().then((cookie) => new Request("https://localhost/", { headers: { cookie } }));
    const [early, late] = [sessions.open(await request()), sessions.open(await request())];
    (await early).set("early", 1);
    (await late).set("late", 1);
    await sessions.commit(early, new Response());
    await sessions.commit(late, new Response());
    expect(await read()).toEqual({ start: 1, early: 1, late: 1 });
    expect(events.map(({ type }) => type)).toContain("conflict-retried");
  });

  it("may say undefined where there is no session", async () => {
    const { client, events, read } = setUp(plainStore());
    await client.setCookie(`__Host-session=${"A".repeat(43)}; Path=/; Secure`);
    expect(await read()).toEqual({});
    expect(events).toEqual([{ type: "rejected", reason: "not-found" }]);
  });
});

describe("a store that counts versions in its own way", () => {
  for (const first of [0, 1, 7]) {
    it(`shows a flash message once when it begins at ${first}`, async () => {
      const store = memoryStore();
      const { client, read } = setUp({
        ...store,
        create: (key, session) => store.create(key, { ...session, version: first }),
      });
      await client.fetch("/set?key=a");
      await client.fetch("/flash");
      expect(await read()).toEqual({ a: 1, notice: "hello" });
      expect(await read()).toEqual({ a: 1 });
    });
  }
});

describe("a row that is damaged", () => {
  for (const [column, value] of [
    ["expiresAt", undefined],
    ["expiresAt", Number.NaN],
    ["expiresAt", "tomorrow"],
    ["createdAt", Number.NaN],
    ["version", "1"],
    ["authenticatedAt", "yesterday"],
    ["authenticatedAt", {}],
    ["authenticatedAt", { toString: 1 }],
    ["authenticatedAt", Number.NaN],
    ["subject", null],
    ["subject", 5],
    ["data", '{"d":[1]}'],
    ["data", '{"d":"text"}'],
    ["data", '{"d":{},"f":5}'],
    ["data", '{"d":{},"f":[1]}'],
    ["data", "null"],
    ["data", undefined],
  ] as const) {
    it(`SEC-42 is no session: ${column} ${Object(value) === value ? JSON.stringify(value) : value}`, async () => {
      const store = memoryStore();
      let isDamaged = false;
      const { client, events, read } = setUp({
        ...store,
        load: async (key) => {
          const found = await store.load(key);
          return found && isDamaged ? ({ ...found, [column]: value } as StoredSession) : found;
        },
      });
      await client.fetch("/set?key=a");
      isDamaged = true;
      expect(await read()).toEqual({});
      expect(events.at(-1)).toEqual({ type: "rejected", reason: "invalid-data" });
    });
  }

  it("SEC-42 is a session that ends, or none, whatever JSON stands in one of its columns", async () => {
    const year = 365 * 24 * 3600_000;
    const store = memoryStore();
    const seen = { kept: 0, refused: 0 };
    let damage: object = {};
    let clock = 1_800_000_000_000;
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({
      mode: serverSide({
        ...store,
        load: async (key) => {
          const found = await store.load(key);
          return found && ({ ...found, ...damage } as StoredSession);
        },
        delete: async () => "ok",
      }),
      now: () => clock,
      onEvent: (event) => events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.set("a", 1));
    const isThereAt = async (at: number) => {
      clock = at;
      events.length = 0;
      const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
      expect(events.map(({ type }) => type)).toEqual(session.isNew ? ["rejected"] : []);
      return !session.isNew;
    };
    const text = fc.oneof(
      fc.json(),
      fc.jsonValue().map((d) => JSON.stringify({ d })),
      fc.string(),
    );
    const near = fc.integer({ min: clock - year, max: clock + year });
    const value = fc.oneof(text, near, fc.jsonValue(), fc.constantFrom(undefined, Number.NaN, Infinity, new Date(0)));
    const column = fc.constantFrom("data", "version", "createdAt", "expiresAt", "authenticatedAt", "subject", "other");
    const start = clock;
    await fc.assert(
      fc.asyncProperty(column, value, async (name, wrong) => {
        damage = Object.fromEntries([[name, wrong]]);
        // Both of them began when no clock can have been: with a damaged end besides, nothing would be left to end them by.
        fc.pre(!(/createdAt|authenticatedAt/.test(name) && typeof wrong === "number" && wrong > start + year));
        const isThere = await isThereAt(start);
        seen[isThere ? "kept" : "refused"] += 1;
        expect(isThere && (await isThereAt(start + 2 * year))).toBe(false);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(seen.kept, seen.refused)).toBeGreaterThan(0);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("a store that answers with something else than it must", () => {
  for (const answer of [undefined, true, false, null, "OK"]) {
    it(`SEC-42 fails the write rather than lose it: ${String(answer)}`, async () => {
      const { client } = setUp(plainStore({ update: async () => answer }));
      await client.fetch("/set?key=a");
      await expect(client.fetch("/set?key=b")).rejects.toMatchObject({
        code: "STORE_FAILED",
        cause: expect.objectContaining({ message: expect.stringContaining("ok, conflict or gone") }),
      });
    });

    it(`SEC-42 fails the login rather than lose it: ${String(answer)}`, async () => {
      const { client } = setUp(plainStore({ delete: async () => answer }));
      await client.fetch("/set?key=a");
      const cookie = await client.cookieHeader();
      await expect(client.fetch("/login")).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await client.cookieHeader()).toBe(cookie);
    });
  }
});
