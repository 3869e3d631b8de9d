import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, startEngine } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bin, type Installation, makeInstallation } from "../support/installation.ts";

/** What a test adds to the commands of a project, behind their first two words, and how it sees them at work. */
interface Runtime {
  readonly secretFile: string;
  /** To any command. */
  readonly flags: readonly string[];
  /** To `start`, where the environment's `PORT` is not asked. */
  readonly port: (port: number) => readonly string[];
  /** What it prints when it answers. */
  readonly ready: RegExp;
}

const none = (): string[] => [];

const runtimes: Readonly<Record<string, Runtime>> = {
  hono: { secretFile: ".env", flags: [], port: none, ready: /Listening on/ },
  workers: {
    secretFile: ".dev.vars",
    flags: [],
    port: (port) => ["--port", `${port}`, "--inspector-port", "0"],
    ready: /Ready on/,
  },
  deno: {
    secretFile: ".env",
    // There is no registry here to take packages from, only node_modules.
    flags: ["--node-modules-dir=manual"],
    port: (port) => ["--port", `${port}`],
    ready: /Listening on/,
  },
  bun: { secretFile: ".env", flags: [], port: none, ready: /Started/ },
};

/** Milliseconds. All packages are packed, and Wrangler starts three times. */
const SLOW = 120_000;

let home = "";
let user: Installation;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "coatcheck-init-"));
  user = makeInstallation(home);
}, SLOW);
afterAll(() => {
  if (home !== "") rmSync(home, { recursive: true });
});

describe.each(Object.entries(runtimes))(
  "coatcheck init %s, from the packed packages",
  { timeout: SLOW },
  (name, runtime) => {
    let project = "";
    let output = "";
    beforeAll(() => {
      const folder = join(home, name);
      mkdirSync(folder);
      const { status, stdout, stderr } = user.run(folder, ["init", name, "my-app"]);
      expect(status, stderr).toBe(0);
      output = stdout + stderr;
      project = join(folder, "my-app");
      user.install(project, dependenciesOf(project));
    });

    /** The project as `npm start`, `bun run start` or `deno task start` run it. */
    function start(): Promise<Engine> {
      return startEngine({
        version: `the project for ${name}`,
        url: (port) => `http://localhost:${port}`,
        command: (_folder, port) => {
          const [program, ...args] = commandOf(project, "start", [...runtime.flags, ...runtime.port(port)]);
          return [join(bin, program), ...args];
        },
        cwd: project,
        env: (_folder, port) => ({ ...user.env, PORT: `${port}` }),
        ready: runtime.ready,
      });
    }

    it("says what to type next, as the README of the project does", () => {
      const next = /Next:\n((?: {2}.+\n)+)/.exec(output)?.[1]?.trim().split(/\n */) ?? [];
      expect(next[0]).toBe("cd my-app");
      expect(next.length).toBeGreaterThan(1);
      const readme = readFileSync(join(project, "README.md"), "utf8").split("\n");
      expect(readme[0]).toBe("# my-app");
      for (const line of next.slice(1)) expect(readme.map((row) => row.replace(/ {2,}#.*/, ""))).toContain(line);
      expect(next.at(-1)).toMatch(/ start$/);
    });

    it("SEC-41 makes a secret that nobody else reads, that git ignores, and that is not printed", () => {
      const secret = secretOf(project);
      expect(Buffer.from(secret, "hex").length === 32, "32 bytes").toBe(true);
      expect(output.includes(secret)).toBe(false);
      expect(statSync(join(project, runtime.secretFile)).mode & 0o777).toBe(0o600);
      const files = [runtime.secretFile, "node_modules", "server.ts", "README.md"];
      expect(ignoredByGit(project, files)).toEqual(files.slice(0, 2));
    });

    it("SEC-41 makes another secret for each project", () => {
      const folder = join(home, `${name}-again`);
      expect(user.run(home, ["init", name, folder]).status).toBe(0);
      expect(secretOf(folder) === secretOf(project)).toBe(false);
    });

    it("type-checks", () => {
      const [program, ...args] = commandOf(project, name === "deno" ? "check" : "typecheck", runtime.flags);
      const { status, stdout, stderr } = user.program(project, program, args);
      expect(status, stdout + stderr).toBe(0);
    });

    it("keeps a session, over a restart too, and forgets it when asked", async () => {
      const visitor = browser();
      const first = await start();
      try {
        expect(await visit(visitor, first.url)).toEqual({ visits: 1, notice: "" });
        expect(await visit(visitor, first.url)).toEqual({ visits: 2, notice: "" });
        expect(await visit(browser(), first.url)).toEqual({ visits: 1, notice: "" });
      } finally {
        await first.stop();
      }
      const second = await start();
      try {
        expect(await visit(visitor, second.url)).toEqual({ visits: 3, notice: "" });
        const page = await visitor.submit(`${second.url}/forget`, {});
        expect(read(await page.text())).toEqual({ visits: 1, notice: "You are forgotten." });
        expect(await visit(visitor, second.url)).toEqual({ visits: 2, notice: "" });
        const response = await fetch(`${second.url}/favicon.ico`);
        expect([response.status, response.headers.getSetCookie()]).toEqual([404, []]);
      } finally {
        await second.stop();
      }
      await expect(fetch(second.url)).rejects.toThrow();
    });

    it("says which variable is missing when it has no secret", async () => {
      const [there, away] = [join(project, runtime.secretFile), join(home, `${name}.secret`)];
      renameSync(there, away);
      expect(await failure(start)).toMatch(/SESSION_SECRET (is not set|was not there)/);
      renameSync(away, there);
    });
  },
);

async function visit(visitor: Browser, url: string): Promise<unknown> {
  return read(await (await visitor.visit(url)).text());
}

/** What it says when it does not start, or answers when it does all the same: a worker asks at its first request. */
async function failure(start: () => Promise<Engine>): Promise<string> {
  const started = await start().catch((error: Error) => error);
  if (started instanceof Error) return started.message;
  try {
    const response = await fetch(started.url);
    expect(response.status).toBe(500);
    return await response.text();
  } finally {
    await started.stop();
  }
}

/** What the page says. */
function read(html: string): { readonly visits: number; readonly notice: string | undefined } {
  return { visits: Number(/Visit number (\d+)/.exec(html)?.[1]), notice: /<p>(.*?)<\/p>/.exec(html)?.[1] };
}

/** What it takes from a registry. */
function dependenciesOf(project: string): string[] {
  const { dependencies, devDependencies, imports } = readProject(project);
  return Object.keys({ ...dependencies, ...devDependencies, ...imports });
}

/** One of its scripts or tasks, with flags behind the first two words. */
function commandOf(project: string, name: string, flags: readonly string[]): [program: string, ...args: string[]] {
  const { scripts, tasks } = readProject(project);
  const [program = "", ...args] = (scripts ?? tasks)?.[name]?.split(" ") ?? [];
  return [program, ...args.slice(0, 1), ...flags, ...args.slice(1)];
}

type Names = Readonly<Record<string, string>>;
/** Of `package.json` and `deno.json` what is used here. */
type Project = Partial<Record<"dependencies" | "devDependencies" | "imports" | "scripts" | "tasks", Names>>;

function readProject(project: string): Project {
  const file = ["package.json", "deno.json"].map((name) => join(project, name)).find((path) => existsSync(path)) ?? "";
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Of its file of secrets. */
function secretOf(project: string): string {
  const [file = ""] = [".env", ".dev.vars"].map((name) => join(project, name)).filter((path) => existsSync(path));
  return /^SESSION_SECRET=(.*)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
}

/** Which of the files git would leave out of a first commit. */
function ignoredByGit(project: string, files: readonly string[]): string[] {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: project, env: user.env, encoding: "utf8" });
  git("init", "--quiet");
  return git("check-ignore", ...files)
    .trim()
    .split("\n");
}
