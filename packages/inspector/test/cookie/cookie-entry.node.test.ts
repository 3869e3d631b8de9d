import { expect, it } from "vitest";
import { bundle } from "../../../../.ci/test/bundle.ts";

it("@coatcheck/inspector/cookie contains neither the page nor the session manager", async () => {
  const { code, imports } = await bundle(`export * from "@coatcheck/inspector/cookie";`);
  expect(imports).toEqual([]);
  expect(code).toContain("duplicate-cookie");
  expect(code).not.toMatch(/<\/?\w+[ >]|text\/event-stream|SessionManager|setTimeout/);
  expect(code.length).toBeLessThan(8000);
});

it("@coatcheck/inspector/inspect-cookie does not contain the page", async () => {
  const { code, imports } = await bundle(`export * from "@coatcheck/inspector/inspect-cookie";`, ["@coatcheck/core"]);
  expect(imports).toEqual(["@coatcheck/core", "@coatcheck/core/toolkit"]);
  expect(code).not.toMatch(/<\/?\w+[ >]|text\/event-stream/);
});
