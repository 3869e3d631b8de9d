import { type Session, SessionManager } from "@coatcheck/core";
import { modes, visitor } from "@coatcheck/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

type AnySession = Session<Record<string, unknown>, Record<string, unknown>>;

function anyVisitor(mode = modes()[0]?.mode) {
  if (mode === undefined) throw new Error("There is no mode.");
  return visitor(new SessionManager<Record<string, unknown>, Record<string, unknown>>({ mode: mode() }));
}

class Item {
  readonly name = "book";
}

class Cart extends Array<string> {}

/** Part of itself. */
function cycle(): unknown {
  const object: Record<string, unknown> = {};
  object["self"] = object;
  return object;
}

function cyclicArray(): unknown {
  const array: unknown[] = [1];
  array.push({ again: array });
  return array;
}

const REFUSED: Record<string, () => unknown> = {
  undefined: () => undefined,
  "a function": () => () => 1,
  "an async function": () => async () => 1,
  "a function without a prototype": () => Object.setPrototypeOf(() => 1, null),
  "a class": () => Item,
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
  "a hole": () => new Array(1),
  "a hole among others": () => Object.assign([1, 2], { 3: 4 }),
  "a cycle": cycle,
  "a cycle of arrays": cyclicArray,
};

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
  "the same object twice, side by side": (() => {
    const item = { name: "book" };
    return [item, item, { item }];
  })(),
};

/** The code and message of what `act` throws. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return `${code}: ${message}`;
  }
  return "accepted";
}

/** The same of a request: where the commit found it. */
async function failureOf(visit: Promise<unknown>): Promise<string> {
  return visit.then(
    () => "committed",
    ({ code, message }) => `${code}: ${message}`,
  );
}

describe("values that JSON cannot give back", () => {
  for (const [name, make] of Object.entries(REFUSED)) {
    it(`are refused when they are set, updated or flashed: ${name}`, async () => {
      const { visit } = anyVisitor();
      const { cookies, result } = await visit((session) => [
        refusal(() => session.set("cart", make())),
        refusal(() => session.set("cart", [{}, { addedAt: make() }])),
        refusal(() => session.set("cart", { "two words": [make()] })),
        refusal(() => session.update("cart", () => make())),
        refusal(() => session.flash("cart", make())),
        refusal(() => session.flash("cart", [make()])),
      ]);
      for (const message of result) expect(message).toMatch(/^NOT_SERIALIZABLE: cart/);
      // The message tells where it is, and nothing was kept.
      expect(result[1]).toContain("cart[1].addedAt");
      expect(cookies).toEqual([]);
    });
  }

  it("are refused among arrays too: what JSON would make a plain array of", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) => [
      refusal(() => session.set("cart", Cart.from(["a"]))),
      refusal(() => session.set("match", "a-b".match(/-/))),
      refusal(() => session.set("list", Object.assign(["a"], { total: 1 }))),
    ]);
    expect(result).toEqual([
      expect.stringMatching(/^NOT_SERIALIZABLE: cart/),
      expect.stringMatching(/^NOT_SERIALIZABLE: match/),
      expect.stringMatching(/^NOT_SERIALIZABLE: list/),
    ]);
  });

  it("are named by their path", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) => [
      refusal(() => session.set("cart", [{ name: "a" }, { addedAt: new Date(0) }])),
      refusal(() => session.set("visits", { last: { count: Number.NaN } })),
      refusal(() => session.update("user", () => ({ friends: [new Item()] }))),
      refusal(() => session.flash("notice", { "two words": [[undefined]] })),
    ]);
    expect(result).toEqual([
      expect.stringContaining("cart[1].addedAt"),
      expect.stringContaining("visits.last.count"),
      expect.stringContaining("user.friends[0]"),
      expect.stringContaining("notice.two words[0][0]"),
    ]);
    expect(result[0]).toContain("Date");
  });

  it("SEC-41 are not told themselves by the message", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) =>
      refusal(() => session.set("card", { number: "4111111111111111", valid: new Date("2031-12-01") })),
    );
    expect(result).toContain("card.valid");
    expect(result).not.toContain("4111");
    expect(result).not.toContain("2031");
  });

  it("leave the value from before in place", async () => {
    const { visit } = anyVisitor();
    await visit((session) => session.set("a", 1));
    await visit((session) => [
      refusal(() => session.set("a", undefined)),
      refusal(() => session.update("a", () => NaN)),
    ]);
    expect((await visit((session) => session.get("a"))).result).toBe(1);
  });

  it("are refused as keys: only texts are keys", async () => {
    const { visit } = anyVisitor();
    const { result } = await visit((session) =>
      [1, undefined, null, Symbol("s"), {}].map((key) =>
        [
          refusal(() => session.set(key as unknown as string, 1)),
          refusal(() => session.flash(key as unknown as string, 1)),
        ].map((message) => message.split(":")[0]),
      ),
    );
    expect(new Set(result.flat())).toEqual(new Set(["NOT_SERIALIZABLE"]));
  });
});

for (const { name, mode } of modes()) {
  describe(`values, ${name}`, () => {
    it("come back as they were", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => {
        for (const [title, value] of Object.entries(ACCEPTED)) session.set(title, value);
      });
      const { result } = await visit((session) => Object.fromEntries(session.entries()));
      expect(result).toStrictEqual(ACCEPTED);
    });

    it("may be objects without a prototype, and come back as plain ones", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => session.set("a", Object.assign(Object.create(null), { b: Object.create(null) })));
      expect((await visit((session) => session.get("a"))).result).toStrictEqual({ b: {} });
    });

    it("come back as they were, whatever JSON they are and whatever they are called", async () => {
      const { visit } = anyVisitor(mode);
      const value = fc.jsonValue({ maxDepth: 5, stringUnit: "binary" });
      const key = fc.oneof(
        fc.string({ unit: "binary", maxLength: 20 }),
        fc.constantFrom("", "__proto__", "toString", "1"),
      );
      const fits = (data: unknown) => new TextEncoder().encode(JSON.stringify(data)).length < 2_000;
      await fc.assert(
        fc.asyncProperty(key, value.filter(fits), async (key, value) => {
          await visit((session) => {
            session.clear();
            session.set(key, value);
          });
          const { result } = await visit((session) => ({ size: session.size, value: session.get(key) }));
          // As text, so that an own __proto__ counts. JSON writes -0 as 0, and that is the one thing it does not keep.
          expect(JSON.stringify(result)).toBe(JSON.stringify({ size: 1, value }));
        }),
        { numRuns: 200 },
      );
    });

    it("that were mutated into something else after they were set fail the commit, and no cookie leaves", async () => {
      for (const [title, make] of Object.entries(REFUSED)) {
        const { client, visit } = anyVisitor(mode);
        const mutate = (session: AnySession) => {
          const cart: unknown[] = [{ name: "book" }];
          session.set("cart", cart);
          cart.push({ addedAt: make() });
        };
        expect(await failureOf(visit(mutate)), title).toMatch(/^NOT_SERIALIZABLE: cart\[1\]\.addedAt/);
        expect(await client.cookieHeader()).toBe("");
      }
    });

    it("that were mutated into something else after they were flashed fail the commit as well", async () => {
      for (const [title, make] of Object.entries(REFUSED)) {
        const { client, visit } = anyVisitor(mode);
        const mutate = (session: AnySession) => {
          const notice: unknown[] = ["saved"];
          session.flash("notice", notice);
          notice.push(make());
        };
        expect(await failureOf(visit(mutate)), title).toMatch(/^NOT_SERIALIZABLE: notice\[1\]/);
        expect(await client.cookieHeader()).toBe("");
      }
    });

    it("that were mutated into something else after they were read fail the commit", async () => {
      const { visit } = anyVisitor(mode);
      await visit((session) => session.set("cart", [{ name: "book" }]));
      const mutate = (session: AnySession) => (session.get("cart") as unknown[]).push({ addedAt: new Date(0) });
      expect(await failureOf(visit(mutate))).toMatch(/^NOT_SERIALIZABLE: cart\[1\]\.addedAt/);
      expect((await visit((session) => session.get("cart"))).result).toEqual([{ name: "book" }]);
    });
  });

  describe(`names of object prototypes, ${name}`, () => {
    const NAMES = [
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "hasOwnProperty",
      "valueOf",
      "__defineGetter__",
    ];

    it("SEC-44 are no keys of a new session", async () => {
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

    it("SEC-44 are plain keys of data and of messages, and pollute nothing", async () => {
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

    it("SEC-44 are plain keys inside values, as JSON.parse makes them, and pollute nothing", async () => {
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

    it("SEC-44 can be changed and removed like any other", async () => {
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
