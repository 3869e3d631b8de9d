import { describe, expect, it } from "vitest";
import { assertStoreKey } from "../src/store-key.ts";

const KEY = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";

describe("assertStoreKey", () => {
  it("accepts the SHA-256 of a session id", () => {
    for (const key of [KEY, "A".repeat(43), "-".repeat(43), "_".repeat(43)]) {
      expect(() => assertStoreKey(key), key).not.toThrow();
    }
  });

  it("SEC-04 rejects any other text without repeating it", () => {
    const wrongCharacters = ["=", "+", "/", ".", ":", " ", "\n", "\0", "é", "%", "*"].map(
      (character) => KEY.slice(1) + character,
    );
    for (const text of ["", KEY.slice(1), `${KEY}A`, `${KEY}\n`, `\n${KEY}`, `${KEY}\n${KEY}`, ...wrongCharacters]) {
      expect(() => assertStoreKey(text), JSON.stringify(text)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.not.stringContaining(KEY.slice(1)) }),
      );
    }
  });

  it("SEC-04 rejects other types, even those that convert to a key", () => {
    const disguised = { toString: () => KEY };
    for (const wrong of [[KEY], disguised, new String(KEY), undefined, null, 1, {}, []] as unknown as string[]) {
      expect(() => assertStoreKey(wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});
