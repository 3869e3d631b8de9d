import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { SECRET } from "../src/contenders/session-data.ts";
import { type Check, cookieChecks, storeChecks } from "../src/readme-comparison/checks.ts";
import {
  coatcheckCookie,
  coatcheckCookieWithoutStore,
  coatcheckStore,
} from "../src/readme-comparison/libraries/coatcheck.ts";
import { expressSessionLibrary } from "../src/readme-comparison/libraries/express-session.ts";
import { h3Library } from "../src/readme-comparison/libraries/h3.ts";
import { honoSessionCookie, honoSessionStore } from "../src/readme-comparison/libraries/hono-session.ts";
import { honoSessionsCookie, honoSessionsStore } from "../src/readme-comparison/libraries/hono-sessions.ts";
import { ironSessionLibrary } from "../src/readme-comparison/libraries/iron-session.ts";
import { reactRouterCookie, reactRouterStore } from "../src/readme-comparison/libraries/react-router.ts";
import { remixCookie, remixStore } from "../src/readme-comparison/libraries/remix.ts";
import type { Library } from "../src/readme-comparison/library.ts";

const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");

const storeLibraries = [
  coatcheckStore,
  expressSessionLibrary,
  honoSessionsStore,
  honoSessionStore,
  reactRouterStore,
  remixStore,
];
const cookieLibraries = [
  coatcheckCookie,
  coatcheckCookieWithoutStore,
  ironSessionLibrary,
  h3Library,
  honoSessionCookie,
  honoSessionsCookie,
  reactRouterCookie,
  remixCookie,
];

/** The names of the compared libraries in the README, with their packages. */
const PACKAGES: Readonly<Record<string, string>> = {
  "express-session": "express-session",
  "hono-sessions": "hono-sessions",
  "@hono/session": "@hono/session",
  "React Router": "react-router",
  "@remix-run/session": "@remix-run/session",
  "iron-session": "iron-session",
  h3: "h3",
};

describe("the comparison in the README", () => {
  it("names the installed version of each library", () => {
    const matches = [...readme.matchAll(/(@?[\w/-]+|React Router) (\d+\.\d+\.\d+)/g)];
    const versions = Object.fromEntries(matches.map(([, name = "", version]) => [name, version]));
    const { devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    for (const [name, dependency] of Object.entries(PACKAGES)) {
      expect(versions[name], name).toBe(devDependencies[dependency]);
    }
  });
});

describeTable("Server-side sessions", storeLibraries, storeChecks);
describeTable("Cookie sessions", cookieLibraries, cookieChecks);

/** @param corner - the text in the first cell of the table */
function describeTable(corner: string, libraries: readonly Library[], checks: readonly Check[]): void {
  const table = readTable(corner);

  describe(`the README's table "${corner}"`, () => {
    it("has a column for each library and a row for each check", () => {
      expect(table[0]).toEqual([corner, ...libraries.map(({ name }) => name)]);
      expect(table.slice(2).map(([title]) => title)).toEqual(checks.map(({ title }) => title));
    });

    for (const [row, { title, run }] of checks.entries()) {
      for (const [column, library] of libraries.entries()) {
        it(`is right about ${library.name}: ${title}`, async () => {
          // @hono/session prints each cookie that it rejects.
          const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
          const result = await run(library, { secrets: [SECRET] });
          print.mockRestore();
          expect(result).toBe(table[row + 2]?.[column + 1]);
        });
      }
    }
  });
}

/** The cells of a table, by rows. The second row is the line below the head. */
function readTable(corner: string): string[][] {
  const [, text = ""] = new RegExp(`^(\\| ${corner} .*\\n(?:\\|.*\\n)+)`, "m").exec(readme) ?? [];
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}
