import { memoryStore, type SessionEvent, SessionManager, type StandardSchema, serverSide } from "@coatcheck/core";
import { cookieModes, modes, visitor } from "@coatcheck/test-support";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";

interface Data {
  readonly cart: string[];
  readonly visits: number;
  readonly theme: "light" | "dark";
}

/** A schema with a default and with a coercion from what an earlier release stored. */
const withValibot = v.object({
  cart: v.optional(v.array(v.string()), () => ["welcome gift"]),
  visits: v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform((visits) => Number(visits)),
    ),
  ),
  theme: v.optional(v.picklist(["light", "dark"])),
});

/** The same schema, written by hand and asynchronous. */
const byHand: StandardSchema<Partial<Data>> = {
  "~standard": {
    version: 1,
    vendor: "coatcheck-test",
    async validate(value) {
      await Promise.resolve();
      const { cart = ["welcome gift"], visits, theme } = value as Record<string, unknown>;
      const issues = [];
      if (!Array.isArray(cart)) issues.push({ message: "cart must be an array" });
      if (theme !== undefined && theme !== "light" && theme !== "dark")
        issues.push({ message: "theme must be light or dark" });
      if (visits !== undefined && !["string", "number"].includes(typeof visits))
        issues.push({ message: "visits must be a number" });
      if (issues.length > 0) return { issues };
      return {
        value: {
          cart: cart as string[],
          ...(visits !== undefined && { visits: Number(visits) }),
          ...(theme !== undefined && { theme: theme as "light" | "dark" }),
        },
      };
    },
  },
};

const SCHEMAS: readonly { readonly name: string; readonly schema: StandardSchema<Partial<Data>> }[] = [
  { name: "Valibot schema", schema: withValibot as StandardSchema<Partial<Data>> },
  { name: "asynchronous schema", schema: byHand },
];

for (const { name, schema } of SCHEMAS) {
  for (const { name: modeName, mode } of modes()) {
    describe(`${name}, ${modeName}`, () => {
      /** A visitor whose session was stored by a release without the schema, in a release with it. */
      async function upgraded(stored: Record<string, unknown>) {
        const shared = mode();
        const events: SessionEvent[] = [];
        const before = visitor(new SessionManager({ mode: shared }));
        const { result: old } = await before.visit((session) => {
          for (const [key, value] of Object.entries(stored)) session.set(key, value);
          session.bind("eve");
          return session;
        });
        const sessions = new SessionManager<Data>({ mode: shared, schema, onEvent: (event) => events.push(event) });
        const after = visitor(sessions);
        const cookie = await before.client.cookieHeader();
        await after.client.setCookie(`${cookie}; Path=/; Secure`);
        return { ...after, before, events, cookie, oldId: old.id };
      }

      it("accepts valid data", async () => {
        const { visit, events } = await upgraded({ cart: ["book"], visits: 3, theme: "dark" });
        const { cookies, result } = await visit((session) => [
          session.isNew,
          session.subject,
          Object.fromEntries(session.entries()),
        ]);
        expect(result).toEqual([false, "eve", { cart: ["book"], visits: 3, theme: "dark" }]);
        expect(cookies).toEqual([]);
        expect(events).toEqual([]);
      });

      it("rejects invalid data: the session is new, one event is emitted and the cookie stays", async () => {
        const { visit, client, events, cookie } = await upgraded({ cart: "a text", theme: "blue" });
        const { cookies, result } = await visit((session) => [
          session.isNew,
          session.size,
          session.subject,
          session.id,
        ]);
        expect(result).toEqual([true, 0, undefined, undefined]);
        expect(cookies).toEqual([]);
        expect(events).toEqual([{ type: "rejected", reason: "invalid-data" }]);
        expect((await client.cookieHeader()) === cookie).toBe(true);
      });

      it("stores another session when a rejected one is written, and leaves the rejected one alone", async () => {
        const { visit, before, oldId } = await upgraded({ theme: "blue" });
        const { cookies } = await visit((session) => session.set("theme", "dark"));
        expect(cookies).toHaveLength(1);
        const { result } = await visit((session) => [session.get("theme"), session.subject, session.id === oldId]);
        expect(result).toEqual(["dark", undefined, false]);
        expect((await before.visit((session) => session.get("theme"))).result).toBe("blue");
      });

      it("applies defaults and coercions, and saves nothing when they are only read", async () => {
        const { visit, events } = await upgraded({ visits: "41" });
        const { cookies, result } = await visit((session) => ({
          size: session.size,
          cart: session.get("cart"),
          visits: session.get("visits"),
          entries: Object.fromEntries(session.entries()),
        }));
        expect(result).toEqual({
          size: 2,
          cart: ["welcome gift"],
          visits: 41,
          entries: { cart: ["welcome gift"], visits: 41 },
        });
        expect(cookies).toEqual([]);
        expect(events).toEqual([]);
      });

      it("saves defaults and coercions when they are changed", async () => {
        const { visit, before } = await upgraded({ visits: "41" });
        await visit((session) => {
          session.get("cart")?.push("book");
          session.update("visits", (visits = 0) => visits + 1);
        });
        const { result } = await visit((session) => Object.fromEntries(session.entries()));
        expect(result).toEqual({ cart: ["welcome gift", "book"], visits: 42 });
        // They are stored: a release without the schema reads them, too, from the same store.
        if (modeName.startsWith("server-side")) {
          expect((await before.visit((session) => session.get("visits"))).result).toBe(42);
        }
      });
    });
  }
}

describe("schema, in a store", () => {
  it("SEC-42 accepts exactly the valid data, synchronously and asynchronously", async () => {
    const { load, ...store } = memoryStore();
    let data = "";
    const mode = serverSide({
      ...store,
      load: async (key) => {
        const found = await load(key);
        return found && { ...found, data };
      },
    });
    const cookie = await sessionTransaction(new SessionManager({ mode }), (session) => session.set("theme", "dark"));
    const accepts = v.object({ theme: v.optional(v.picklist(["light", "dark"])), visits: v.optional(v.number()) });
    const { validate, ...properties } = accepts["~standard"];
    const asynchronous = { "~standard": { ...properties, validate: async (value: unknown) => validate(value) } };
    const seen = { accepted: 0, rejected: 0 };
    const likely = fc.record(
      { theme: fc.constantFrom("light", "dark", "blue"), visits: fc.oneof(fc.integer(), fc.jsonValue()) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(likely, fc.jsonValue()), fc.boolean(), async (content, isAsynchronous) => {
        data = JSON.stringify({ d: content });
        const events: SessionEvent[] = [];
        const schema = (isAsynchronous ? asynchronous : accepts) as StandardSchema<Partial<Data>>;
        const sessions = new SessionManager<Data>({ mode, schema, onEvent: (event) => events.push(event) });
        const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
        const isObject = typeof content === "object" && content !== null && !Array.isArray(content);
        // JSON has no -0.
        const result = v.safeParse(accepts, JSON.parse(JSON.stringify(content)));
        const expected = isObject && result.success ? result.output : undefined;
        expect(Object.fromEntries(session.entries())).toEqual(expected ?? {});
        const rejected: SessionEvent = { type: "rejected", reason: "invalid-data" };
        expect(events).toEqual(expected ? [] : [rejected]);
        seen[expected ? "accepted" : "rejected"] += 1;
      }),
      { numRuns: 200 },
    );
    expect(Math.min(seen.accepted, seen.rejected)).toBeGreaterThan(0);
  });

  it("writes nothing when defaults are only read", async () => {
    for (const { schema } of SCHEMAS) {
      const store = faultyStore(memoryStore());
      const before = visitor(new SessionManager({ mode: serverSide(store) }));
      await before.visit((session) => session.set("visits", "41"));
      const { client, visit } = visitor(new SessionManager<Data>({ mode: serverSide(store), schema }));
      await client.setCookie(`${await before.client.cookieHeader()}; Path=/; Secure`);
      store.resetCalls();
      await visit((session) => [session.get("cart"), session.get("visits"), ...session.entries()]);
      expect(store.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
    }
  });

  it("validates the data that a concurrent request has written before it merges", async () => {
    const store = faultyStore(memoryStore());
    const events: SessionEvent[] = [];
    const sessions = new SessionManager<Data>({
      mode: serverSide(store),
      schema: byHand,
      onEvent: (event) => events.push(event),
    });
    const { client, visit } = visitor(sessions);
    await visit((session) => session.set("visits", 1));
    const pause = store.pauseNext("update");
    const slow = visit((session) => session.set("theme", "dark"));
    await pause.reached;
    const older = visitor(new SessionManager({ mode: serverSide(store) }));
    await older.client.setCookie(`${await client.cookieHeader()}; Path=/; Secure`);
    await older.visit((session) => session.set("visits", "2"));
    pause.resume();
    await slow;
    const { result } = await visit((session) => Object.fromEntries(session.entries()));
    expect(result).toEqual({ cart: ["welcome gift"], theme: "dark", visits: 2 });
  });
});

describe("schema, of a new session", () => {
  it("is not called", async () => {
    let calls = 0;
    const schema: StandardSchema<Partial<Data>> = {
      "~standard": {
        version: 1,
        vendor: "coatcheck-test",
        validate: (value) => {
          calls += 1;
          return { value: value as Partial<Data> };
        },
      },
    };
    for (const { mode } of cookieModes()) {
      const { visit } = visitor(new SessionManager<Data>({ mode: mode(), schema }));
      expect((await visit((session) => session.get("cart"))).result).toBeUndefined();
      expect(calls).toBe(0);
      await visit((session) => session.set("theme", "dark"));
      await visit((session) => session.get("theme"));
      expect(calls).toBe(1);
      calls = 0;
    }
  });
});
