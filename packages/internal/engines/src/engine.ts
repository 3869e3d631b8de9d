import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A database server of our own: on a free loopback port, with its data in a folder that goes when it stops. */
export interface Engine {
  /** `PostgreSQL 15.18`. */
  readonly version: string;
  /** What a client connects to. The same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Ends the process without a warning, as a power cut would. What was on disk stays. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, with the same port and data; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

/** The engine is not installed; the message says how to get it. */
export class MissingEngineError extends Error {
  override readonly name = "MissingEngineError";
}

/** How to run one kind of server. */
export interface EngineRecipe {
  readonly version: string;
  readonly url: (port: number) => string;
  /** Makes the data folder ready, before the first start. */
  readonly prepare?: (folder: string) => void;
  readonly command: (folder: string, port: number) => readonly [file: string, ...args: string[]];
  /** Where it runs. @default its data folder */
  readonly cwd?: string;
  /** Its environment variables. @default those of this process */
  readonly env?: (folder: string, port: number) => NodeJS.ProcessEnv;
  /** What it prints when it accepts connections. */
  readonly ready: RegExp;
  /** Asks it to end at once, clients or not. @default "SIGTERM" */
  readonly stopSignal?: NodeJS.Signals;
}

/** Seconds a server may take until it accepts connections, on a machine that others are using too. */
const START_TIMEOUT = 60;

/** Seconds a server may take to end in order before it is killed. */
const STOP_TIMEOUT = 3;

export async function startEngine(recipe: EngineRecipe): Promise<Engine> {
  const { version, url, prepare, command, cwd, env, ready, stopSignal = "SIGTERM" } = recipe;
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-engine-"));
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const [file, ...args] = command(folder, port);
    const options = { cwd: cwd ?? folder, env: env?.(folder, port) ?? process.env };
    const started = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    await untilReady(started, ready, version);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    process.off("exit", endWithThisProcess);
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill(signal);
    // Some wait for clients, replicas or a rewrite of their files; there is nothing to wait for here.
    const timer = setTimeout(() => running.kill("SIGKILL"), STOP_TIMEOUT * 1000);
    await exited;
    clearTimeout(timer);
  }

  const endWithThisProcess = (): void => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    prepare?.(folder);
    await start();
  } catch (error) {
    endWithThisProcess();
    throw error;
  }
  process.on("exit", endWithThisProcess);

  return {
    version,
    url: url(port),
    port,
    kill: () => end("SIGKILL"),
    async restart() {
      await start();
      process.on("exit", endWithThisProcess);
    },
    async stop() {
      await end(stopSignal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where a program is, on the PATH or in the folders where distributions hide servers. */
export function findProgram(name: string, howToGet: string): string {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    ...postgresFolders(),
  ];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new MissingEngineError(`${name} is not installed: ${howToGet}`);
  return found;
}

/** What a program prints about its version, as `1.2.3`. */
export function versionOf(program: string): string {
  const text = execFileSync(program, ["--version"], { encoding: "utf8" });
  return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? text.trim();
}

/** PostgreSQL and MariaDB refuse to run as root; Debian gives each an account of its own. */
export function asUser(user: string): { readonly isRoot: boolean; readonly prefix: readonly string[] } {
  const isRoot = process.getuid?.() === 0;
  const prefix = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--"];
  return { isRoot, prefix: isRoot ? prefix : [] };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no loopback port to be had");
  return address.port;
}

function untilReady(child: ChildProcess, ready: RegExp, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`${name} ${reason}. It printed:\n${output}`));
    };
    const timer = setTimeout(() => fail(`did not accept connections within ${START_TIMEOUT} s`), START_TIMEOUT * 1000);
    const listen = (chunk: string): void => {
      output = (output + chunk).slice(-20_000);
      if (!ready.test(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.setEncoding("utf8").on("data", listen);
    child.stderr?.setEncoding("utf8").on("data", listen);
    child.on("error", (error) => fail(`did not start (${error.message})`));
    child.on("close", (code) => fail(`ended with ${code}`));
  });
}

/** Debian keeps each version of PostgreSQL in a folder of its own; the newest first. */
function postgresFolders(): string[] {
  const parent = "/usr/lib/postgresql";
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(parent, version, "bin"));
}
