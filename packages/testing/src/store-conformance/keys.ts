import type { SessionError } from "@coatcheck/core";
import { assert } from "chai";
import type { StoreRunner } from "./store-runner.ts";
import { key, later, stored } from "./stored-session.ts";

/** Invalid keys that would mean something as the name of a file, a row or a pattern. */
const INVALID_KEYS: Readonly<Record<string, string>> = {
  empty: "",
  "a path to the parent folder": "../x",
  "a path": `${"a".repeat(20)}/${"b".repeat(22)}`,
  "one character too many": `${key("a")}A`,
  "one character too few": key("a").slice(1),
  "a line break": `${key("a")}\n`,
  NUL: `${"a".repeat(42)}\0`,
  "a pattern": "*".repeat(43),
  SQL: "'; drop table sessions; --".padEnd(43, " "),
  "not ASCII": "é".repeat(43),
};

/** Stores that reject invalid keys before they reach the engine. */
export function keyTests({ describe, it }: StoreRunner): void {
  describe("keys", () => {
    for (const [what, text] of Object.entries(INVALID_KEYS)) {
      it(`SEC-04 rejects an invalid key in every operation (${what})`, async (store) => {
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
 * The code with which a call rejects, or what it does instead. A call that throws before it returns a promise does not
 * reject: `.catch` would not catch the error.
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
