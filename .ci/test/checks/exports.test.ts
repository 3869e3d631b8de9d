import { describe, expect, it } from "vitest";
import { PACKAGES } from "../../boundaries/packages.ts";
import { readManifests } from "../../repository.ts";
import { ExportReader } from "../public-exports.ts";

const reader = new ExportReader(readManifests());

/** Published names stay: update a snapshot only for an addition, or with a new major version. */
describe("the public exports", () => {
  for (const { name } of PACKAGES) {
    const exported = reader.describe(name);
    if (exported === "") continue;
    it(`of ${name} are those of its snapshot`, async () => {
      await expect(exported).toMatchFileSnapshot(`exports/${name.replace(/^@coatcheck\//, "")}.txt`);
    });
  }
});
