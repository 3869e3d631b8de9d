import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A server on a free loopback port. Its data is in a temporary folder that is removed when it stops. */
export interface Engine {
  /** Name and version: `PostgreSQL 15.18`. */
  readonly version: string;
  /** The URL for clients. It does not change at a restart. */
  readonly url: string;
  readonly port: number;
  /** Kills the process, as a crash would. Data on disk is kept. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, with the same port and data. Resolves when it accepts connections. */
  restart(): Promise<void>;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

/** The engine is not installed. The message says how to install it. */
export class MissingEngineError extends Error {
  override readonly name = "MissingEngineError";
}

/** How to run a server. */
export interface EngineRecipe {
  readonly version: string;
  readonly url: (port: number) => string;
  /** Prepares the data folder before the first start. */
  readonly prepare?: (folder: string) => void;
  readonly command: (folder: string, port: number) => readonly [file: string, ...args: string[]];
  /** The working directory. @default the data folder */
  readonly cwd?: string;
  /** The environment variables. @default those of this process */
  readonly env?: (folder: string, port: number) => NodeJS.ProcessEnv;
  /** Matches its output when it accepts connections. */
  readonly ready: RegExp;
  /** The signal that stops it at once, even with connected clients. @default "SIGTERM" */
  readonly stopSignal?: NodeJS.Signals;
}

/** Seconds until a server must accept connections, even on a busy machine. */
const START_TIMEOUT = 60;

/** Seconds that a server may take to stop before it is killed. */
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
    // Some servers wait for clients, replicas or their files. Tests need none of that.
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

/**
 * The path of a program on the PATH, or in a folder where distributions put servers.
 *
 * @throws {@link MissingEngineError}
 */
export function findProgram(name: string, howToInstall: string): string {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    ...postgresFolders(),
  ];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new MissingEngineError(`${name} is not installed: ${howToInstall}`);
  return found;
}

/** The version that a program prints, as `1.2.3`. */
export function versionOf(program: string): string {
  const text = execFileSync(program, ["--version"], { encoding: "utf8" });
  return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? text.trim();
}

/** How to run a program as another user. PostgreSQL and MariaDB do not run as root, and Debian has a user for each. */
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
  if (address === null || typeof address === "string") throw new Error("no free loopback port");
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

/** Debian has a folder for each version of PostgreSQL. The newest is first. */
function postgresFolders(): string[] {
  const parent = "/usr/lib/postgresql";
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(parent, version, "bin"));
}
