import { describe, expect, it } from "vitest";
import { toPrefix } from "../src/prefix.ts";
import { assertStoreKey } from "../src/store-key.ts";

const KEY = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";

describe("assertStoreKey", () => {
  it("takes the SHA-256 of a session id", () => {
    for (const key of [KEY, "A".repeat(43), "-".repeat(43), "_".repeat(43)]) {
      expect(() => assertStoreKey(key), key).not.toThrow();
    }
  });

  it("SEC-04 refuses any other text, and does not repeat it", () => {
    const beside = ["=", "+", "/", ".", ":", " ", "\n", "\0", "é", "%", "*"].map(
      (character) => KEY.slice(1) + character,
    );
    for (const text of ["", KEY.slice(1), `${KEY}A`, `${KEY}\n`, `\n${KEY}`, `${KEY}\n${KEY}`, ...beside]) {
      expect(() => assertStoreKey(text), JSON.stringify(text)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining(KEY.slice(1)) }),
      );
    }
  });

  it("SEC-04 refuses what is no text, also where it would become a key as one", () => {
    const disguised = { toString: () => KEY };
    for (const wrong of [[KEY], disguised, new String(KEY), undefined, null, 1, {}, []] as unknown as string[]) {
      expect(() => assertStoreKey(wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});

describe("toPrefix", () => {
  it("is session: when nothing is said, and otherwise what is said", () => {
    expect(toPrefix("redisStore", {})).toBe("session:");
    for (const prefix of ["", "app:", "a-b_c.d:9:", "p".repeat(64)])
      expect(toPrefix("redisStore", { prefix })).toBe(prefix);
  });

  it("refuses what an engine or a driver gives a meaning to, and says whose prefix it was", () => {
    const characters = ["/", "\\", " ", "\n", "\0", "*", "?", "[", "{", "%", "'", '"', "é"];
    for (const prefix of [...characters.map((character) => `app${character}`), "p".repeat(65)]) {
      expect(() => toPrefix("redisStore", { prefix }), JSON.stringify(prefix)).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          message: expect.stringMatching(/^redisStore: prefix must be/),
        }),
      );
    }
  });

  it("refuses what is no text, also where it would become a prefix as one", () => {
    for (const wrong of [["app:"], { toString: () => "app:" }, null, 1, true] as unknown as string[]) {
      expect(() => toPrefix("redisStore", { prefix: wrong })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });
});
