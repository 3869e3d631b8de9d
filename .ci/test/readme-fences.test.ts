import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrationSql } from "@coatcheck/stores/sql";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { describe, expect, it } from "vitest";
import { root } from "../repository.ts";
import { type Fence, fences } from "./fences.ts";
import { PROGRAM } from "./readme-programs.ts";

const blocks = fences();

/** The check for the blocks of each language. Programs and shell blocks have their own tests. */
const rules: Readonly<Record<string, (block: Fence) => void>> = {
  json: ({ code }) => JSON.parse(code),
  jsonc: isUsed,
  sql: runs,
  mermaid: ({ code }) => expect(code).toMatch(/^(flowchart|sequenceDiagram)\b/),
  "": ({ code }) => {
    const folders = code.split("\n").flatMap((line) => line.match(/^[\w.@/-]+/) ?? []);
    expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
  },
};

describe("the code blocks in the documentation", () => {
  it("have a language with a check", () => {
    const languages = new Set(blocks.map(({ language }) => language));
    const isKnown = (language: string): boolean => language === "sh" || PROGRAM.test(language) || language in rules;
    expect([...languages].filter((language) => !isKnown(language))).toEqual([]);
  });

  for (const block of blocks) {
    const rule = rules[block.language];
    if (rule === undefined) continue;
    it(`are valid: ${block.page}:${block.line}${block.language && `, ${block.language}`}`, () => rule(block));
  }
});

/** Checks a Worker's configuration: the whole file next to the page, or some lines of it that a program of the page uses. */
function isUsed({ page, code }: Fence): void {
  const isWhole = code.trimStart().startsWith("{");
  const config = JSON.parse(withoutComments(isWhole ? code : `{${code}}`));
  if (isWhole) {
    expect(code).toBe(readFileSync(join(root, dirname(page), "wrangler.jsonc"), "utf8"));
    return;
  }
  const programs = blocks.filter((block) => block.page === page && block.language === "ts workers");
  const text = programs.map((program) => program.code).join("\n");
  for (const { name, class_name } of config.durable_objects?.bindings ?? []) {
    expect(text).toMatch(new RegExp(`env\\.${name}\\b`));
    expect(text).toMatch(new RegExp(`export \\{ ${class_name} \\}`));
    expect(config.migrations[0].new_sqlite_classes).toContain(class_name);
  }
  const { durable_objects, migrations, compatibility_date, ...others } = config;
  expect(others, "settings that no program of the page uses").toEqual({});
}

/** Runs the block on SQLite, in a database that has the table of sessions. */
function runs({ code }: Fence): void {
  const database = new DatabaseSync(":memory:");
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(database) }) });
  database.exec(migrationSql(db));
  database.exec(code);
  database.close();
}

function withoutComments(jsonc: string): string {
  return jsonc.replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, (_, literal?: string) => literal ?? "");
}
