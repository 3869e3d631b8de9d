import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { type Browser, browser } from "@coatcheck/testing";
import { sendAs } from "./navigation.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The environment variables of the shop. */
export interface ShopEnvironment {
  readonly MODE?: string;
  readonly PORT?: string;
  readonly SESSION_SECRET?: string;
  readonly REDIS_URL?: string;
  /** @default a folder for this shop alone, which is removed at the end */
  readonly SHOP_DATA?: string;
}

/** A running shop in its own process. */
export interface ShopProcess {
  readonly url: string;
  readonly port: string;
  /** Everything that the shop has printed so far. */
  output(): string;
  /** A person with an empty cookie jar who opens pages. */
  visitor(userAgent?: string): Browser;
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a shop on a free port and waits until it accepts requests. The caller stops it. */
export async function startShop(environment: ShopEnvironment = {}): Promise<ShopProcess> {
  const { child, printed, exited } = spawnShop({ PORT: "0", ...environment });
  const opened = new Promise<string>((resolve) => {
    child.stdout.on("data", () => {
      const [, url] = /(http:\/\/localhost:\d+)\n/.exec(printed.stdout) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const failed = exited.then(({ stderr }) => {
    throw new Error(`The shop did not open: ${stderr}`);
  });
  const url = await Promise.race([opened, failed]);
  // From now on, the end of the process is expected: stop() returns it.
  failed.catch(() => undefined);
  return {
    url,
    port: new URL(url).port,
    output: () => printed.stdout + printed.stderr,
    visitor: (userAgent) => browser({ origin: url, fetch: sendAs(userAgent) }),
    stop: async (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Starts a shop that is expected to end by itself. */
export function runShop(environment: ShopEnvironment): Promise<Exit> {
  return spawnShop(environment).exited;
}

interface SpawnedShop {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly printed: { stdout: string; stderr: string };
  readonly exited: Promise<Exit>;
}

function spawnShop(environment: ShopEnvironment): SpawnedShop {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, ["--import=tsx", "--conditions=@coatcheck/source", "src/server.ts"], {
    cwd: new URL("..", import.meta.url),
    // The developer's own environment is left out: a SESSION_SECRET in it must not affect a test.
    env: { SHOP_DATA: folder.path, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed.stderr += text;
  });
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      folder.remove();
      resolve({ code, ...printed });
    });
  });
  return { child, printed, exited };
}
