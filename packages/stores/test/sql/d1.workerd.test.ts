import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { d1Database } from "../../src/d1.ts";

describe("d1Database", () => {
  it("returns the binding of a database", () => {
    expect(d1Database(env.DB)).toBe(env.DB);
  });

  it("rejects other and missing bindings and shows the configuration", () => {
    for (const wrong of [undefined, null, "DB", {}, env.SESSIONS, env.SESSION_OBJECTS]) {
      expect(() => d1Database(wrong as object)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("d1_databases") }),
      );
    }
  });
});
