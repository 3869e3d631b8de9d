import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { type Browser, browser } from "@coatcheck/testing";
import { sendAs } from "./navigation.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The environment variables the shop knows. */
export interface ShopEnvironment {
  readonly MODE?: string;
  readonly PORT?: string;
  readonly SESSION_SECRET?: string;
  readonly REDIS_URL?: string;
  /** @default a folder for this shop alone, which goes with it */
  readonly SHOP_DATA?: string;
}

/** A shop that answers, in a process of its own. */
export interface Shop {
  readonly url: string;
  readonly port: string;
  /** What it has printed until now. */
  output(): string;
  /** A person who opens pages, with an empty cookie jar. */
  visitor(userAgent?: string): Browser;
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

/** How a shop ended. */
export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a shop on a free port and waits until it answers. Whoever starts it stops it. */
export async function startShop(environment: ShopEnvironment = {}): Promise<Shop> {
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
  // From now on its end is the business of `stop`.
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

interface Spawned {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly printed: { stdout: string; stderr: string };
  readonly exited: Promise<Exit>;
}

function spawnShop(environment: ShopEnvironment): Spawned {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, ["--import=tsx", "--conditions=@coatcheck/source", "src/server.ts"], {
    cwd: new URL("..", import.meta.url),
    // Nothing of the developer's own: a SESSION_SECRET in their shell must not decide a test.
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
