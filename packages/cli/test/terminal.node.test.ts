import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedCookie } from "@coatcheck/core";
import { findProgram, MissingEngineError, startOrSkip } from "@coatcheck/engines";
import { secret } from "@coatcheck/test-support";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseTarget, type SqlTarget } from "../src/engines/engine-target.ts";
import { openSql } from "../src/engines/open-sql.ts";
import { cookieLines, valueIn } from "./support/cookies.ts";
import { COMMAND, coatcheck } from "./support/run-coatcheck.ts";

/** The program `script`, which runs a command in a new terminal. */
const script = await startOrSkip("the command line in a terminal", async () => {
  const howToGet = "apt-get install bsdutils";
  // The script of BSD and macOS has other arguments.
  if (process.platform !== "linux") throw new MissingEngineError(`the script of util-linux is required: ${howToGet}`);
  return findProgram("script", howToGet);
});

const ESCAPE = "\u001b";
const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
const file = join(folder, "sessions.db");
const value = valueIn(await cookieLines(signedCookie({ secrets: secret() })));

beforeAll(async () => {
  await coatcheck(["migrate", "up", "--url", file]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function addExpired(count: number): Promise<void> {
  const db = await openSql(parseTarget(file, folder) as SqlTarget, folder, false);
  const values = Array.from({ length: count }, (_, index) => {
    return sql`(${sql.lit(String(index).padStart(43, "k"))}, '{}', 1, 0, 0, 1)`;
  });
  const columns = sql`session_id, data, version, created_at, updated_at, expires_at`;
  await sql`insert into sessions (${columns}) values ${sql.join(values)}`.execute(db);
  await db.destroy();
}

interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly question?: string;
  readonly answer?: string;
}

/** Runs a command in a terminal, and types `answer` when `question` appears. Returns what the terminal shows. */
async function inTerminal(
  args: readonly string[],
  { env = {}, columns = 100, question, answer = "" }: TerminalOptions = {},
): Promise<{ readonly status: number | null; readonly shown: string }> {
  const command = [...COMMAND, ...args].map((word) => `'${word}'`).join(" ");
  // The new terminal has no size yet, and questions would wrap after each letter.
  const child = spawn(script ?? "", ["-qec", `stty cols ${columns} rows 30; ${command}`, "/dev/null"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], TERM: "xterm", ...env },
  });
  let shown = "";
  let isAnswered = false;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    shown += chunk;
    if (question === undefined || isAnswered || !shown.includes(question)) return;
    isAnswered = true;
    child.stdin.write(answer);
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, shown };
}

describe.skipIf(script === undefined)("coatcheck in a terminal", () => {
  it("shows the progress of a sweep, and removes it at the end", async () => {
    await addExpired(2_500);
    const { status, shown } = await inTerminal(["sweep", "--url", file]);
    expect(status).toBe(0);
    expect(shown).toContain("sweeping [------------------------] 0 of 2,500");
    expect(shown).toContain("sweeping [#########---------------] 1,000 of 2,500");
    expect(shown.split(`\r${ESCAPE}[K`).at(-1)).toBe("2500 expired sessions removed.\r\n");
  });

  it("shows the progress on one line of a narrow terminal", async () => {
    await addExpired(2500);
    const { shown } = await inTerminal(["sweep", "--url", file, "--batch", "500"], { columns: 20 });
    const steps = shown.split(`\r${ESCAPE}[K`).slice(1, -1);
    expect(steps).toContain("1,000 of 2,500");
    expect(Math.max(...steps.map((step) => step.length))).toBeLessThan(20);
  });

  it("ends a sweep on Ctrl+C, and says that it can be run again", async () => {
    await addExpired(5_000);
    const options = { question: "] 5", answer: "\u0003" };
    const { status, shown } = await inTerminal(["sweep", "--url", file, "--batch", "5"], options);
    expect(status).toBe(130);
    expect(shown).toMatch(
      /\d+ expired sessions removed\.\r\nInterrupted: about \d+ are left\. Run it again to continue\./,
    );
    expect((await coatcheck(["sweep", "--url", file])).status).toBe(0);
  });

  it("colors the verdict, unless NO_COLOR is set or the terminal is dumb", async () => {
    const colored = await inTerminal(["inspect", `${value.slice(0, -4)}`]);
    expect(colored.shown).toContain(`${ESCAPE}[31mrejected${ESCAPE}[39m`);
    const plain = await inTerminal(["inspect", value.slice(0, -4)], { env: { NO_COLOR: "1" } });
    expect(plain.shown).toContain("rejected: malformed");
    expect(plain.shown.includes(ESCAPE)).toBe(false);
    const dumb = await inTerminal(["inspect", value.slice(0, -4)], { env: { TERM: "dumb" } });
    expect(dumb.shown.includes(ESCAPE)).toBe(false);
  });

  it("asks before it removes a table, and keeps it if the answer is no", async () => {
    const question = "Remove the table";
    const no = await inTerminal(["migrate", "down", "--url", file], { question, answer: "n" });
    expect([no.status, no.shown.includes("Nothing was changed.")]).toEqual([1, true]);
    expect((await coatcheck(["migrate", "status", "--url", file])).status).toBe(0);
    const yes = await inTerminal(["migrate", "down", "--url", file], { question, answer: "y" });
    expect([yes.status, yes.shown.includes("undone: 0001_create_sessions")]).toEqual([0, true]);
  });

  it("asks for the secret to check, and does not show it", async () => {
    const typed = secret();
    const { status, shown } = await inTerminal(["secret", "--check"], {
      question: "Secret to check",
      answer: `${typed}\r`,
    });
    expect([status, shown.includes(typed)]).toEqual([0, false]);
    expect(shown).toContain("strong");
  });

  it("requires a cookie instead of waiting for input from the keyboard", async () => {
    const { status, shown } = await inTerminal(["inspect"]);
    expect([status, shown.includes("Give a cookie on standard input")]).toEqual([2, true]);
  });
});

describe("coatcheck in a pipe", () => {
  it("prints no color and no progress", async () => {
    await coatcheck(["migrate", "up", "--url", file]);
    await addExpired(10);
    for (const args of [
      ["sweep", "--url", file],
      ["inspect", value.slice(0, -4)],
      ["migrate", "nothing"],
      ["--help"],
    ]) {
      const { stdout, stderr } = await coatcheck(args, { env: { TERM: "xterm", FORCE_COLOR: "1" } });
      expect((stdout + stderr).length).toBeGreaterThan(10);
      expect((stdout + stderr).includes(ESCAPE)).toBe(false);
    }
  });
});
