import { memoryStore, type Session, type SessionError, SessionManager, serverSide } from "@coatcheck/core";
import { type ModeUnderTest, modes, type Visitor, visitor } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

type Data = Record<string, unknown>;

/** A visitor of an application without declared types: every key and message is allowed. */
function anyVisitor(mode: ModeUnderTest["mode"] = () => serverSide(memoryStore())): Visitor<Data, Data> {
  return visitor(new SessionManager<Data, Data>({ mode: mode() }));
}

class Item {
  readonly name = "book";
}

class Cart extends Array<string> {}

function cyclicObject(): unknown {
  const object: Record<string, unknown> = {};
  object["self"] = object;
  return object;
}

function cyclicArray(): unknown {
  const array: unknown[] = [1];
  array.push({ again: array });
  return array;
}

/** Makes values that JSON cannot restore. */
const REJECTED: Record<string, () => unknown> = {
  undefined: () => undefined,
  "an arrow function": () => () => 1,
  "an async function": () => async () => 1,
  "a function without a prototype": () => Object.setPrototypeOf(() => 1, null),
  "a class itself": () => Item,
  "a symbol": () => Symbol("s"),
  "a bigint": () => 1n,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "a Date": () => new Date(0),
  "an invalid Date": () => new Date(Number.NaN),
  "a Map": () => new Map([["a", 1]]),
  "a Set": () => new Set([1]),
  "a WeakMap": () => new WeakMap(),
  "a RegExp": () => /a/,
  "an Error": () => new Error("a"),
  "a URL": () => new URL("https://localhost/"),
  "a Promise": () => Promise.resolve(1),
  "an ArrayBuffer": () => new ArrayBuffer(1),
  "a typed array": () => new Uint8Array(1),
  "a class instance": () => new Item(),
  "a boxed string": () => Object("a"),
  "a boxed number": () => Object(1),
  "a boxed boolean": () => Object(true),
  "an object with toJSON": () => ({ toJSON: () => 1 }),
  "an object with a symbol key": () => ({ [Symbol("s")]: 1 }),
  "an array with a hole": () => new Array(1),
  "an array with holes among elements": () => Object.assign([1, 2], { 3: 4 }),
  "a cyclic object": cyclicObject,
  "a cyclic array": cyclicArray,
};

/** Values that JSON restores. */
const ACCEPTED: Record<string, unknown> = {
  "an empty text": "",
  text: "Grüße, \u{1f9e5}, \u0000 and \u2028",
  "half of a surrogate pair": "\ud83e",
  zero: 0,
  "a large number": Number.MAX_VALUE,
  "a small number": Number.MIN_VALUE,
  "a negative number": -1.5,
  true: true,
  false: false,
  null: null,
  "an empty array": [],
  "an array": [1, "two", [3], { four: 4 }, null],
  "an empty object": {},
  "an object": { a: { b: { c: [1] } } },
  "the same object twice": (() => {
    const item = { name: "book" };
    return [item, item, { item }];
  })(),
};

/** The code and message of the error that `act` throws. */
function errorOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return describeError(error as SessionError);
  }
  return "accepted";
}

/** The code and message of the error that a commit throws. */
async function commitErrorOf(visit: Promise<unknown>): Promise<string> {
  return visit.then(() => "committed", describeError);
}

function describeError({ code, message }: SessionError): string {
  return `${code}: ${message}`;
}

describe("values that JSON cannot restore", () => {
  for (const [name, make] of Object.entries(REJECTED)) {
    it(`are rejected by set, update and flash: ${name}`, async () => {
      const { visit } = anyVisitor();
      const { cookies, result } = await visit((session) => [
        errorOf(() => session.set("cart", make())),
        errorOf(() => session.set("cart", [{}, { addedAt: make() }])),
        errorOf(() => session.set("cart", { "two words": [make()] })),
        errorOf(() => session.update("cart", () => make())),
        errorOf(() => session.flash("cart", make())),
        errorOf(() => session.flash("cart", [make()])),
      ]);
      for (const message of result) expect(message).toMatch(/^NOT_SERIALIZABLE: cart/);
      expect(result[1]).toContain("cart[1].addedAt");
      expect(cookies).toEqual([]);
    });
  }

  it("include arrays that JSON would restore as plain arrays", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) => [
      errorOf(() => session.set("cart", Cart.from(["a"]))),
      errorOf(() => session.set("match", "a-b".match(/-/))),
      errorOf(() => session.set("list", Object.assign(["a"], { total: 1 }))),
    ]);
    expect(result).toEqual([
      expect.stringMatching(/^NOT_SERIALIZABLE: cart/),
      expect.stringMatching(/^NOT_SERIALIZABLE: match/),
      expect.stringMatching(/^NOT_SERIALIZABLE: list/),
    ]);
  });

  it("are named by their path in the error message", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) => [
      errorOf(() => session.set("cart", [{ name: "a" }, { addedAt: new Date(0) }])),
      errorOf(() => session.set("visits", { last: { count: Number.NaN } })),
      errorOf(() => session.update("user", () => ({ friends: [new Item()] }))),
      errorOf(() => session.flash("notice", { "two words": [[undefined]] })),
    ]);
    expect(result).toEqual([
      expect.stringContaining("cart[1].addedAt"),
      expect.stringContaining("visits.last.count"),
      expect.stringContaining("user.friends[0]"),
      expect.stringContaining("notice.two words[0][0]"),
    ]);
    expect(result[0]).toContain("Date");
  });

  it("SEC-41 do not appear in the error message", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) =>
      errorOf(() => session.set("card", { number: "4111111111111111", valid: new Date("2031-12-01") })),
    );
    expect(result).toContain("card.valid");
    expect(result).not.toContain("4111");
    expect(result).not.toContain("2031");
  });

  it("do not replace the current value", async () => {
    const { visit } = anyVisitor();
    await visit((session) => session.set("a", 1));
    await visit((session) => [
      errorOf(() => session.set("a", undefined)),
      errorOf(() => session.update("a", () => NaN)),
    ]);
    expect((await visit((session) => session.get("a"))).result).toBe(1);
  });
});

describe("keys that are not strings", () => {
  it("are rejected by set and flash", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) =>
      [1, undefined, null, Symbol("s"), {}].map((key) =>
        [
          errorOf(() => session.set(key as unknown as string, 1)),
          errorOf(() => session.flash(key as unknown as string, 1)),
        ].map((message) => message.split(":")[0]),
      ),
    );
    expect(new Set(result.flat())).toEqual(new Set(["NOT_SERIALIZABLE"]));
  });
});

for (const { name, mode } of modes()) {
  describe(`JSON values, ${name}`, () => {
    it("are restored unchanged", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => {
        for (const [title, value] of Object.entries(ACCEPTED)) session.set(title, value);
      });
      const { result } = await visit((session) => Object.fromEntries(session.entries()));
      expect(result).toStrictEqual(ACCEPTED);
    });

    it("may be objects without a prototype, which are restored as plain objects", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => session.set("a", Object.assign(Object.create(null), { b: Object.create(null) })));
      expect((await visit((session) => session.get("a"))).result).toStrictEqual({ b: {} });
    });

    it("are restored for any value and key", async () => {
      const sessions = new SessionManager({ mode: mode() });
      // Not the unit "binary" of fast-check, which takes seconds to set up. This one also has halves of surrogate pairs.
      const codePoint = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0x10ffff }));
      const unit = codePoint.map((code) => String.fromCodePoint(code));
      const key = fc.oneof(fc.string({ unit, maxLength: 20 }), fc.constantFrom("", "__proto__", "toString", "1"));
      const entry = fc.tuple(key, fc.jsonValue({ maxDepth: 5, stringUnit: unit }));
      const entries = fc.uniqueArray(entry, { selector: ([key]) => key, minLength: 1, maxLength: 10 });
      await fc.assert(
        fc.asyncProperty(entries, async (written) => {
          // What fits in a cookie.
          let size = 0;
          const fitting = written.filter(([key, value]) => {
            const bytes = new TextEncoder().encode(JSON.stringify([key, value])).length;
            if (size + bytes > 2_000) return false;
            size += bytes;
            return true;
          });
          fc.pre(fitting.length > 0);
          const cookie = await sessionTransaction(sessions, (session) => {
            for (const [key, value] of fitting) session.set(key, value);
          });
          let restored: unknown;
          await sessionTransaction(
            sessions,
            (session) => {
              restored = [session.size, fitting.map(([key]) => session.get(key))];
            },
            { cookie },
          );
          // Compared as text, so that an own __proto__ counts. JSON writes -0 as 0.
          expect(JSON.stringify(restored)).toBe(JSON.stringify([fitting.length, fitting.map(([, value]) => value)]));
        }),
        { numRuns: 40 },
      );
    });

    it("fail the commit when they were changed to a rejected value after set, and no cookie leaves", async () => {
      for (const [title, make] of Object.entries(REJECTED)) {
        const { client, visit } = anyVisitor(mode);
        const mutate = (session: Session<Data, Data>) => {
          const cart: unknown[] = [{ name: "book" }];
          session.set("cart", cart);
          cart.push({ addedAt: make() });
        };
        expect(await commitErrorOf(visit(mutate)), title).toMatch(/^NOT_SERIALIZABLE: cart\[1\]\.addedAt/);
        expect(await client.cookieHeader()).toBe("");
      }
    });

    it("fail the commit when they were changed to a rejected value after flash, and no cookie leaves", async () => {
      for (const [title, make] of Object.entries(REJECTED)) {
        const { client, visit } = anyVisitor(mode);
        const mutate = (session: Session<Data, Data>) => {
          const notice: unknown[] = ["saved"];
          session.flash("notice", notice);
          notice.push(make());
        };
        expect(await commitErrorOf(visit(mutate)), title).toMatch(/^NOT_SERIALIZABLE: notice\[1\]/);
        expect(await client.cookieHeader()).toBe("");
      }
    });

    it("fail the commit when they were changed to a rejected value after get, and the old value stays", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => session.set("cart", [{ name: "book" }]));
      const mutate = (session: Session<Data, Data>) =>
        (session.get("cart") as unknown[]).push({ addedAt: new Date(0) });
      expect(await commitErrorOf(visit(mutate))).toMatch(/^NOT_SERIALIZABLE: cart\[1\]\.addedAt/);
      expect((await visit((session) => session.get("cart"))).result).toEqual([{ name: "book" }]);
    });

    it("SEC-16 are rejected when they are nested too deeply", async () => {
      const { visit } = anyVisitor(mode);
      const { cookies, result } = await visit((session) => {
        const errors: string[] = [];
        for (const depth of [100, 50_000]) {
          for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner })]) {
            let nested: unknown = "core";
            for (let level = 0; level < depth; level++) nested = wrap(nested);
            errors.push(
              errorOf(() => session.set("a", nested)),
              errorOf(() => session.flash("a", nested)),
            );
          }
        }
        return errors.map((error) => error.split(":")[0]);
      });
      expect(result).toEqual(Array(8).fill("NOT_SERIALIZABLE"));
      expect(cookies).toEqual([]);
    });
  });

  describe(`names of prototype members, ${name}`, () => {
    const NAMES = [
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "hasOwnProperty",
      "valueOf",
      "__defineGetter__",
    ];

    it("SEC-44 are not keys of a new session", async () => {
      const { visit } = anyVisitor(mode);
      const { cookies, result } = await visit((session) =>
        NAMES.map((key) => [
          session.has(key),
          session.get(key),
          session.flashed(key),
          session.take(key),
          session.delete(key),
        ]),
      );
      expect(result).toEqual(NAMES.map(() => [false, undefined, undefined, undefined, false]));
      expect(cookies).toEqual([]);
    });

    it("SEC-44 are plain keys of data and flash messages, and pollute no prototype", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => {
        for (const key of NAMES) {
          session.set(key, { polluted: `data ${key}` });
          session.flash(key, { polluted: `message ${key}` });
        }
      });
      const { result } = await visit((session) => ({
        size: session.size,
        keys: [...session.entries()].map(([key]) => key),
        data: NAMES.map((key) => session.get(key)),
        messages: NAMES.map((key) => session.flashed(key)),
      }));
      expect(result.size).toBe(NAMES.length);
      expect(result.keys.sort()).toEqual([...NAMES].sort());
      expect(result.data).toEqual(NAMES.map((key) => ({ polluted: `data ${key}` })));
      expect(result.messages).toEqual(NAMES.map((key) => ({ polluted: `message ${key}` })));
      expect("polluted" in {}).toBe(false);
      expect("polluted" in (() => {})).toBe(false);
    });

    it("SEC-44 are plain keys inside values from JSON.parse, and pollute no prototype", async () => {
      const text =
        '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"list":[{"__proto__":null}]}';
      const { visit } = anyVisitor(mode);
      await visit((session) => session.set("settings", JSON.parse(text)));
      const { result } = await visit((session) => session.get("settings") as Record<string, unknown>);
      expect(JSON.stringify(result)).toBe(text);
      expect(result["polluted"]).toBeUndefined();
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
      expect("polluted" in {}).toBe(false);
    });

    it("SEC-44 can be changed and removed like other keys", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => {
        session.set("__proto__", ["a"]);
        session.set("constructor", 1);
      });
      await visit((session) => {
        (session.get("__proto__") as string[]).push("b");
        session.update("constructor", (n) => Number(n) + 1);
        session.delete("toString");
      });
      expect((await visit((session) => [session.take("__proto__"), session.get("constructor")])).result).toEqual([
        ["a", "b"],
        2,
      ]);
      expect((await visit((session) => [session.has("__proto__"), session.size])).result).toEqual([false, 1]);
    });
  });
}
