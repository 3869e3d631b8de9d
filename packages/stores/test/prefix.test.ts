import { describe, expect, it } from "vitest";
import { toPrefix } from "../src/prefix.ts";

describe("toPrefix", () => {
  it("returns the given prefix, by default session:", () => {
    expect(toPrefix("redisStore", {})).toBe("session:");
    for (const prefix of ["", "app:", "a-b_c.d:9:", "p".repeat(64)])
      expect(toPrefix("redisStore", { prefix })).toBe(prefix);
  });

  it("rejects characters with a meaning to an engine or a driver, and names the store", () => {
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

  it("rejects other types, even those that convert to a prefix", () => {
    for (const wrong of [["app:"], { toString: () => "app:" }, null, 1, true] as unknown as string[]) {
      expect(() => toPrefix("redisStore", { prefix: wrong })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });
});
