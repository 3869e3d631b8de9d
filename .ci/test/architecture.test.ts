import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../repository.ts";

it("names only files that exist on the architecture page", () => {
  const page = readFileSync(join(root, "packages/core/docs/architecture.md"), "utf8");
  const paths = [...page.matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map(([, path = ""]) => path);
  const places = [
    root,
    join(root, "packages/core/src"),
    join(root, "packages/auth/src"),
    join(root, "packages/csrf/src"),
  ];
  const missing = paths.filter((path) => !places.some((place) => existsSync(join(place, path))));
  expect(paths.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});
