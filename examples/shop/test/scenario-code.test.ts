import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { scenarios } from "../src/scenarios/scenario-list.ts";

const root = join(import.meta.dirname, "../../..");

/** Declarations for the names that the code uses without declaring them. */
const GIVEN = `
import type { PendingSession, Secrets, Session, SessionManager, SessionMode, SessionStore } from "@coatcheck/core";
import type { Context, Hono } from "hono";

interface Data {
  note: string;
  count: number;
  report: string;
  wishes: { title: string; list: string[] };
}
interface Flash {
  notice: string;
  error: string;
}
declare global {
  const app: Hono<{ Variables: { session: PendingSession<Data, Flash> } }>;
  const c: Context;
  const mode: SessionMode;
  const request: Request;
  const secrets: Secrets;
  const newSecret: string;
  const oldSecret: string;
  const session: Session<Data, Flash>;
  const sessionId: string;
  const sessions: SessionManager<Data, Flash>;
  const store: SessionStore;
  const text: string;
  const wish: string;
  function slowReport(): Promise<string>;
}
`;

/** The functions that the code uses, by the package that exports them. */
const IMPORTED = {
  "@coatcheck/auth": ["login"],
  "@coatcheck/core": ["SessionManager", "serverSide", "signedCookie"],
  "@coatcheck/csrf": ["csrfToken"],
  "@coatcheck/hono/csrf": ["csrf"],
};

let folder = "";
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the code on the scenario pages type-checks", { timeout: 300_000 }, () => {
  const parent = join(root, "examples/shop/.cache");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "code-"));
  writeFileSync(join(folder, "given.ts"), GIVEN);
  for (const { slug, code } of scenarios) writeFileSync(join(folder, `${slug}.tsx`), programOf(code));
  const jsx = { jsx: "react-jsx", jsxImportSource: "hono/jsx" };
  // The lines of one scenario can come from several handlers.
  const handlers = { noImplicitReturns: false, allowUnreachableCode: true };
  const compilerOptions = { ...jsx, ...handlers, isolatedDeclarations: false, declaration: false };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts", "*.tsx"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["-p", folder], { encoding: "utf8" });
  expect(status, stdout).toBe(0);
});

function programOf(code: string): string {
  const imports = Object.entries(IMPORTED).flatMap(([name, exported]) => {
    const used = exported.filter((symbol) => new RegExp(`\\b${symbol}\\b`).test(code));
    return used.length === 0 ? [] : [`import { ${used.join(", ")} } from "${name}";`];
  });
  return `${imports.join("\n")}\nexport async function shown() {\n${code}\n}\n`;
}
