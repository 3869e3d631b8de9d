import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, startEngine } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bin, type Installation, makeInstallation } from "../support/installation.ts";

/** How the tests run the commands of a project. Flags are inserted after the first two words of a command. */
interface Runtime {
  readonly secretFile: string;
  /** Flags for every command. */
  readonly flags: readonly string[];
  /** Flags for `start`, if it does not read the variable `PORT`. */
  readonly port: (port: number) => readonly string[];
  /** What it prints as soon as it accepts requests. */
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
    // The packages come from node_modules, because tests have no registry.
    flags: ["--node-modules-dir=manual"],
    port: (port) => ["--port", `${port}`],
    ready: /Listening on/,
  },
  bun: { secretFile: ".env", flags: [], port: none, ready: /Started/ },
};

/** Milliseconds. The tests pack all packages, and start Wrangler three times. */
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

    /** Starts the project as `npm start`, `bun run start` or `deno task start` do. */
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

    it("prints the next commands, which are also in the README of the project", () => {
      const next = /Next:\n((?: {2}.+\n)+)/.exec(output)?.[1]?.trim().split(/\n */) ?? [];
      expect(next[0]).toBe("cd my-app");
      expect(next.length).toBeGreaterThan(1);
      const readme = readFileSync(join(project, "README.md"), "utf8").split("\n");
      expect(readme[0]).toBe("# my-app");
      for (const line of next.slice(1)) expect(readme.map((row) => row.replace(/ {2,}#.*/, ""))).toContain(line);
      expect(next.at(-1)).toMatch(/ start$/);
    });

    it("SEC-41 writes a secret that only its owner can read, that git ignores, and that is not printed", () => {
      const secret = secretOf(project);
      expect(Buffer.from(secret, "hex").length === 32, "32 bytes").toBe(true);
      expect(output.includes(secret)).toBe(false);
      expect(statSync(join(project, runtime.secretFile)).mode & 0o777).toBe(0o600);
      const files = [runtime.secretFile, "node_modules", "server.ts", "README.md"];
      expect(ignoredByGit(project, files)).toEqual(files.slice(0, 2));
    });

    it("SEC-41 generates a new secret for each project", () => {
      const folder = join(home, `${name}-again`);
      expect(user.run(home, ["init", name, folder]).status).toBe(0);
      expect(secretOf(folder) === secretOf(project)).toBe(false);
    });

    it("passes its own type check", () => {
      const [program, ...args] = commandOf(project, name === "deno" ? "check" : "typecheck", runtime.flags);
      const { status, stdout, stderr } = user.program(project, program, args);
      expect(status, stdout + stderr).toBe(0);
    });

    it("keeps a session across a restart, and ends it on request", async () => {
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

    it("names the missing variable if it has no secret", async () => {
      const [there, away] = [join(project, runtime.secretFile), join(home, `${name}.secret`)];
      renameSync(there, away);
      expect(await failure(start)).toMatch(/SESSION_SECRET (is not set|is undefined)/);
      renameSync(away, there);
    });
  },
);

async function visit(visitor: Browser, url: string): Promise<unknown> {
  return read(await (await visitor.visit(url)).text());
}

/** The error of a project that does not start. A Worker starts, and reports it at its first request. */
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

/** The content of the page. */
function read(html: string): { readonly visits: number; readonly notice: string | undefined } {
  return { visits: Number(/Visit number (\d+)/.exec(html)?.[1]), notice: /<p>(.*?)<\/p>/.exec(html)?.[1] };
}

/** The packages that the project installs. */
function dependenciesOf(project: string): string[] {
  const { dependencies, devDependencies, imports } = readProject(project);
  return Object.keys({ ...dependencies, ...devDependencies, ...imports });
}

/** A script or task of the project, with flags after its first two words. */
function commandOf(project: string, name: string, flags: readonly string[]): [program: string, ...args: string[]] {
  const { scripts, tasks } = readProject(project);
  const [program = "", ...args] = (scripts ?? tasks)?.[name]?.split(" ") ?? [];
  return [program, ...args.slice(0, 1), ...flags, ...args.slice(1)];
}

type Names = Readonly<Record<string, string>>;
/** The parts of `package.json` and `deno.json` that are used here. */
type Project = Partial<Record<"dependencies" | "devDependencies" | "imports" | "scripts" | "tasks", Names>>;

function readProject(project: string): Project {
  const file = ["package.json", "deno.json"].map((name) => join(project, name)).find((path) => existsSync(path)) ?? "";
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The secret in the project's file. */
function secretOf(project: string): string {
  const [file = ""] = [".env", ".dev.vars"].map((name) => join(project, name)).filter((path) => existsSync(path));
  return /^SESSION_SECRET=(.*)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
}

/** The files that git ignores. */
function ignoredByGit(project: string, files: readonly string[]): string[] {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: project, env: user.env, encoding: "utf8" });
  git("init", "--quiet");
  return git("check-ignore", ...files)
    .trim()
    .split("\n");
}
