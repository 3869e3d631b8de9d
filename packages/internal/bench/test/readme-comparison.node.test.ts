import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { SECRET } from "../src/contenders/session-data.ts";
import { cookieQuestions, type Question, storeQuestions } from "../src/readme-comparison/checks.ts";
import { coatcheckCookie, coatcheckCookieAlone, coatcheckStore } from "../src/readme-comparison/libraries/coatcheck.ts";
import { expressSessionLibrary } from "../src/readme-comparison/libraries/express-session.ts";
import {
  honoSessionCookie,
  honoSessionStore,
  honoSessionsCookie,
  honoSessionsStore,
} from "../src/readme-comparison/libraries/hono-libraries.ts";
import { h3Library, ironSessionLibrary } from "../src/readme-comparison/libraries/password-libraries.ts";
import {
  reactRouterCookie,
  reactRouterStore,
  remixCookie,
  remixStore,
} from "../src/readme-comparison/libraries/storages.ts";
import type { Library } from "../src/readme-comparison/library.ts";

const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");

const withStore = [
  coatcheckStore,
  expressSessionLibrary,
  honoSessionsStore,
  honoSessionStore,
  reactRouterStore,
  remixStore,
];
const inCookie = [
  coatcheckCookie,
  coatcheckCookieAlone,
  ironSessionLibrary,
  h3Library,
  honoSessionCookie,
  honoSessionsCookie,
  reactRouterCookie,
  remixCookie,
];

const COMPARED = [
  ...["express-session", "hono-sessions", "@hono/session", "@remix-run/session", "iron-session", "h3"].map((name) => ({
    title: name,
    package: name,
  })),
  { title: "React Router", package: "react-router" },
];

describe("what the README says of coatcheck and its peers", () => {
  it("is said of the versions that are installed", () => {
    const said = [...readme.matchAll(/(@?[\w/-]+|React Router) (\d+\.\d+\.\d+)/g)].map(([, name = "", version]) => [
      name,
      version,
    ]);
    const { devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    for (const name of COMPARED) expect(Object.fromEntries(said)[name.title]).toBe(devDependencies[name.package]);
  });

  describeTable("Server-side sessions", withStore, storeQuestions);
  describeTable("Cookie sessions", inCookie, cookieQuestions);
});

function describeTable(corner: string, libraries: readonly Library[], questions: readonly Question[]): void {
  const table = tableOf(corner);

  it(`has a column for each library, and a row for each question: ${corner}`, () => {
    expect([...(table[0] ?? [])]).toEqual([corner, ...libraries.map(({ name }) => name)]);
    expect(table.slice(2).map(([text]) => text)).toEqual(questions.map(({ text }) => text));
  });

  for (const [row, { text, ask }] of questions.entries()) {
    for (const [column, library] of libraries.entries()) {
      it(`is so: ${corner}, ${library.name}: ${text}`, async () => {
        // @hono/session prints each cookie that it refuses.
        const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
        const found = await ask(library, { secrets: [SECRET] });
        print.mockRestore();
        expect(found).toBe(table[row + 2]?.[column + 1]);
      });
    }
  }
}

/** The cells of the table with that text in its first cell. */
function tableOf(corner: string): string[][] {
  const [, text = ""] = new RegExp(`^(\\| ${corner} .*\\n(?:\\|.*\\n)+)`, "m").exec(readme) ?? [];
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}
