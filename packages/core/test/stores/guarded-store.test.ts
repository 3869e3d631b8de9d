import {
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionStore,
  type StoredSession,
  serverSide,
} from "@coatcheck/core";
import { browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** A minimal store, as a first attempt in JavaScript may look, with the given differences. */
function simpleStore(differences: Partial<Record<keyof SessionStore, unknown>> = {}): SessionStore {
  const rows = new Map<string, Record<string, unknown>>();
  return {
    traits: { atomic: true, consistency: "strong" },
    // Returns the stored object itself, and undefined instead of null.
    load: async (key: string) => rows.get(key),
    create: async (key: string, session: StoredSession) => !rows.has(key) && Boolean(rows.set(key, { ...session })),
    // Changes the object that earlier loads have returned.
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

describe("a store that returns its stored objects and changes them in place", () => {
  it("loses no update", async () => {
    const { client, sessions, events, read } = setUp(simpleStore());
    await client.fetch("/set?key=start");
    const headers = { cookie: await client.cookieHeader() };
    const open = () => sessions.open(new Request("https://localhost/", { headers }));
    const [early, late] = [open(), open()];
    (await early).set("early", 1);
    (await late).set("late", 1);
    await sessions.commit(early, new Response());
    await sessions.commit(late, new Response());
    expect(await read()).toEqual({ start: 1, early: 1, late: 1 });
    expect(events.map(({ type }) => type)).toContain("conflict-retried");
  });
});

describe("a store that returns undefined for an unknown key", () => {
  it("has no session for the key", async () => {
    const { client, events, read } = setUp(simpleStore());
    await client.setCookie(`__Host-session=${"A".repeat(43)}; Path=/; Secure`);
    expect(await read()).toEqual({});
    expect(events).toEqual([{ type: "rejected", reason: "not-found" }]);
  });
});

describe("a store that numbers versions differently", () => {
  for (const first of [0, 1, 7]) {
    it(`shows a flash message once when the first version is ${first}`, async () => {
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

describe("a store with invalid answers", () => {
  for (const answer of [undefined, true, false, null, "OK"]) {
    it(`SEC-42 fails the write instead of losing it when update answers ${answer}`, async () => {
      const { client } = setUp(simpleStore({ update: async () => answer }));
      await client.fetch("/set?key=a");
      await expect(client.fetch("/set?key=b")).rejects.toMatchObject({
        code: "STORE_FAILED",
        cause: expect.objectContaining({ message: expect.stringContaining("ok, conflict or gone") }),
      });
    });

    it(`SEC-42 fails the login instead of losing it when delete answers ${answer}`, async () => {
      const { client } = setUp(simpleStore({ delete: async () => answer }));
      await client.fetch("/set?key=a");
      const cookie = await client.cookieHeader();
      await expect(client.fetch("/login")).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await client.cookieHeader()).toBe(cookie);
    });
  }
});
