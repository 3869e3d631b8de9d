import {
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionStore,
  type StoredSession,
  serverSide,
} from "@coatcheck/core";
import { sessionTransaction } from "@coatcheck/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const YEAR = 365 * 24 * 3600_000;

/** A session in a store that can change the loaded rows. */
async function setUp() {
  const store = memoryStore();
  const events: SessionEvent[] = [];
  const start = Date.UTC(2027, 0, 1);
  let damage: (row: StoredSession) => object = (row) => row;
  let now = start;
  const damagedStore: SessionStore = {
    ...store,
    load: async (key) => {
      const row = await store.load(key);
      return row && (damage(row) as StoredSession);
    },
    // Keeps the row for the next try.
    delete: async () => "ok",
  };
  const sessions = new SessionManager({
    mode: serverSide(damagedStore),
    now: () => now,
    onEvent: (event) => events.push(event),
  });
  const cookie = await sessionTransaction(sessions, (session) => {
    session.set("a", 1);
    session.bind("eve");
  });
  return {
    start,
    /** Opens the session with changed rows. */
    async openWith(change: (row: StoredSession) => object, at = start) {
      damage = change;
      now = at;
      events.length = 0;
      const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
      return { session, events };
    },
  };
}

describe("loading a damaged row", () => {
  for (const [title, change] of Object.entries<(row: StoredSession) => object>({
    "without expiresAt": (row) => ({ ...row, expiresAt: undefined }),
    "with expiresAt NaN": (row) => ({ ...row, expiresAt: Number.NaN }),
    "with a text as expiresAt": (row) => ({ ...row, expiresAt: "tomorrow" }),
    "with createdAt NaN": (row) => ({ ...row, createdAt: Number.NaN }),
    "with a text as version": (row) => ({ ...row, version: "1" }),
    "with a text as authenticatedAt": (row) => ({ ...row, authenticatedAt: "yesterday" }),
    "with an object as authenticatedAt": (row) => ({ ...row, authenticatedAt: {} }),
    "with an object as authenticatedAt that has no primitive value": (row) => ({
      ...row,
      authenticatedAt: { toString: 1 },
    }),
    "with authenticatedAt NaN": (row) => ({ ...row, authenticatedAt: Number.NaN }),
    "with subject null": (row) => ({ ...row, subject: null }),
    "with a number as subject": (row) => ({ ...row, subject: 5 }),
    "without data": (row) => ({ ...row, data: undefined }),
    "with data cut off": (row) => ({ ...row, data: row.data.slice(0, -3) }),
    "with data null": (row) => ({ ...row, data: "null" }),
    "with an array as session data": (row) => ({ ...row, data: '{"d":[1]}' }),
    "with a text as session data": (row) => ({ ...row, data: '{"d":"text"}' }),
    "with a number as flash messages": (row) => ({ ...row, data: '{"d":{},"f":5}' }),
    "with an array as flash messages": (row) => ({ ...row, data: '{"d":{},"f":[1]}' }),
  })) {
    it(`SEC-42 starts a new session for a row ${title}, and adopts nothing of it`, async () => {
      const { openWith } = await setUp();
      const { session, events } = await openWith(change);
      expect([session.isNew, session.size, session.subject, session.id]).toEqual([true, 0, undefined, undefined]);
      expect(events).toEqual([{ type: "rejected", reason: "invalid-data" }]);
      const { session: repaired } = await openWith((row) => row);
      expect([repaired.subject, repaired.get("a")]).toEqual(["eve", 1]);
    });
  }

  it("SEC-42 yields a session that ends, or a new one, for any value in one column", async () => {
    const { start, openWith } = await setUp();
    const seen = { loaded: 0, rejected: 0 };
    const isThereAt = async (damage: object, at: number) => {
      const { session, events } = await openWith((row) => ({ ...row, ...damage }), at);
      expect(events.map(({ type }) => type)).toEqual(session.isNew ? ["rejected"] : []);
      return !session.isNew;
    };
    const text = fc.oneof(
      fc.json(),
      fc.jsonValue().map((d) => JSON.stringify({ d })),
      fc.string(),
    );
    const near = fc.integer({ min: start - YEAR, max: start + YEAR });
    const value = fc.oneof(text, near, fc.jsonValue(), fc.constantFrom(undefined, Number.NaN, Infinity, new Date(0)));
    const column = fc.constantFrom("data", "version", "createdAt", "expiresAt", "authenticatedAt", "subject", "other");
    await fc.assert(
      fc.asyncProperty(column, value, async (name, wrong) => {
        // The absolute timeout counts from an instant in the future, and no column is left that could end the session.
        fc.pre(!(/createdAt|authenticatedAt/.test(name) && typeof wrong === "number" && wrong > start + YEAR));
        const damage = Object.fromEntries([[name, wrong]]);
        const isThere = await isThereAt(damage, start);
        seen[isThere ? "loaded" : "rejected"] += 1;
        expect(isThere && (await isThereAt(damage, start + 2 * YEAR))).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(Math.min(seen.loaded, seen.rejected)).toBeGreaterThan(0);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
