import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundle } from "../bundle.ts";
import { LIMITS } from "../size-limits.ts";

describe("the bundle", () => {
  for (const { names, limit } of LIMITS) {
    it(`of ${names.join(" and ")} has at most ${limit} bytes`, async () => {
      const { code } = await bundle(`export { ${names.join(", ")} } from "@coatcheck/core";`);
      const size = gzipSync(code, { level: 9 }).length;
      console.log(`${names.join(" + ")}: ${size} of ${limit} bytes`);
      expect(size).toBeLessThanOrEqual(limit);
    });
  }
});
