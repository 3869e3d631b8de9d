import { describe, expect, it } from "vitest";
import { RULES } from "../../boundaries/rules.ts";
import { readSources } from "../../boundaries/source-files.ts";
import { readManifests } from "../../repository.ts";

const repository = { files: readSources(), manifests: readManifests() };

describe("the sources of packages, adapters and examples", () => {
  it("are found", () => {
    expect(repository.files.length).toBeGreaterThan(300);
  });

  for (const [what, rule] of Object.entries(RULES)) {
    it(`have no ${what}`, () => {
      expect(rule(repository)).toEqual([]);
    });
  }
});
