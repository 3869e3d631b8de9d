import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundle } from "./bundle.ts";

/**
 * Bytes, minified and gzipped, that an application ships for a mode. A limit only ever goes down. The aims are 6, 11 and
 * 16 kB; why the first is not reached is in packages/core/docs/decisions/005, how the others are in 006.
 */
const LIMITS = [
  { names: ["SessionManager", "serverSide"], limit: 7_700 },
  { names: ["SessionManager", "signedCookie"], limit: 8_900 },
  { names: ["SessionManager", "encryptedCookie"], limit: 9_000 },
];

describe("bundle size", () => {
  for (const { names, limit } of LIMITS) {
    it(`of ${names.join(" + ")} is at most ${limit} bytes`, async () => {
      const { code } = await bundle(`export { ${names.join(", ")} } from "@coatcheck/core";`);
      const size = gzipSync(code, { level: 9 }).length;
      console.log(`${names.join(" + ")}: ${size} of ${limit} bytes`);
      expect(size).toBeLessThanOrEqual(limit);
    });
  }
});
