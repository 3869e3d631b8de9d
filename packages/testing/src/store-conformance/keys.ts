import type { SessionError } from "@coatcheck/core";
import { assert } from "chai";
import type { StoreRunner } from "./store-conformance.ts";
import { key, later, stored } from "./stored-session.ts";

/** What is no store key, by what it would do as the name of a file, a row or a pattern. */
const NO_KEYS: Readonly<Record<string, string>> = {
  empty: "",
  "a way out of the folder": "../x",
  "a folder": `${"a".repeat(20)}/${"b".repeat(22)}`,
  "one character too many": `${key("a")}A`,
  "one character too few": key("a").slice(1),
  "an end of line": `${key("a")}\n`,
  NUL: `${"a".repeat(42)}\0`,
  "a pattern": "*".repeat(43),
  SQL: "'; drop table sessions; --".padEnd(43, " "),
  "not ASCII": "é".repeat(43),
};

/** What is no key reaches no engine. */
export function storeKeys({ describe, it }: StoreRunner): void {
  describe("keys", () => {
    for (const [what, text] of Object.entries(NO_KEYS)) {
      it(`SEC-04 refuses a key that is none (${what}), whatever is asked`, async (store) => {
        const codes = {
          load: await codeOf(() => store.load(text)),
          create: await codeOf(() => store.create(text, stored())),
          update: await codeOf(() => store.update(text, stored({ version: 2 }), 1)),
          touch: await codeOf(() => store.touch(text, later())),
          delete: await codeOf(() => store.delete(text)),
          "delete at a version": await codeOf(() => store.delete(text, 1)),
        };
        assert.deepEqual(new Set(Object.values(codes)), new Set(["INVALID_OPTION"]), JSON.stringify(codes));
      });
    }
  });
}

/**
 * The code a call rejects with; what it did instead, when it did not. A call that throws before it returns a promise is
 * no rejection: whoever wrote `.catch` would not catch it.
 */
export async function codeOf(call: () => Promise<unknown>): Promise<string> {
  let answer: Promise<unknown>;
  try {
    answer = call();
  } catch {
    return "thrown, not rejected";
  }
  try {
    await answer;
    return "accepted";
  } catch (error) {
    return `${(error as Partial<SessionError> | undefined)?.code}`;
  }
}
