import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Engine, findProgram, MissingEngineError, startEngine } from "@coatcheck/engines";
import { takeTurns } from "../measurement/rounds.ts";
import { RUNTIMES, type RuntimeName } from "../options.ts";
import { PROGRAMS } from "../programs/programs.ts";
import { commandFor } from "../runtimes.ts";

/** Requests per second over HTTP on loopback. Each request sends a cookie and reads the session. */
export interface Throughput {
  readonly connections: number;
  readonly seconds: number;
  readonly runtimes: readonly RuntimeThroughput[];
}

export interface RuntimeThroughput {
  readonly runtime: RuntimeName;
  /** Requests per second by round. */
  readonly series: readonly { readonly program: string; readonly rounds: readonly number[] }[];
}

const CONNECTIONS = 32;
const script = fileURLToPath(new URL("serve.ts", import.meta.url));

/** @returns `undefined` where the load generator is not installed, after a line that says so */
export async function measureThroughput(
  rounds: number,
  seconds: number,
  report: (description: string) => void,
): Promise<Throughput | undefined> {
  const wrk = findLoadGenerator();
  if (wrk === undefined) return undefined;
  // Each server adds an exit listener. Node warns of a leak from eleven listeners on.
  process.setMaxListeners(Object.keys(PROGRAMS).length + process.getMaxListeners());
  const runtimes: RuntimeThroughput[] = [];
  for (const runtime of RUNTIMES) {
    report(`throughput, ${runtime}`);
    const servers: { program: string; server: Engine; cookie: string }[] = [];
    try {
      for (const [program, file] of Object.entries(PROGRAMS)) {
        const server = await startProgram(runtime, file);
        servers.push({ program, server, cookie: "" });
      }
      for (const entry of servers) entry.cookie = await firstCookie(entry.server.url);
      const turn = async ({ server, cookie }: (typeof servers)[number]): Promise<number> =>
        requestsPerSecond(wrk, server.url, cookie, seconds);
      const results = await takeTurns(servers, rounds, turn);
      runtimes.push({
        runtime,
        series: servers.map(({ program }, index) => ({ program, rounds: results[index] ?? [] })),
      });
    } finally {
      await Promise.all(servers.map(({ server }) => server.stop()));
    }
  }
  return { connections: CONNECTIONS, seconds, runtimes };
}

function findLoadGenerator(): string | undefined {
  try {
    return findProgram("wrk", "apt-get install wrk, or brew install wrk");
  } catch (error) {
    if (!(error instanceof MissingEngineError)) throw error;
    console.log(`\nThroughput is skipped: ${error.message}`);
    return undefined;
  }
}

function startProgram(runtime: RuntimeName, file: string): Promise<Engine> {
  return startEngine({
    version: `the server in ${runtime}`,
    url: (port) => `http://127.0.0.1:${port}`,
    command: (_folder, port) => commandFor(runtime, script, [file, `${port}`]),
    ready: /listening/,
  });
}

async function firstCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/fill`);
  await response.text();
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}

function requestsPerSecond(wrk: string, url: string, cookie: string, seconds: number): number {
  const args = ["--threads", "1", "--connections", `${CONNECTIONS}`, "--duration", `${seconds}s`];
  const output = execFileSync(wrk, [...args, "--header", `Cookie: ${cookie}`, `${url}/read`], { encoding: "utf8" });
  return parseWrk(output);
}

/** @throws when a request failed, because a server that rejects requests is fast */
export function parseWrk(output: string): number {
  const failure = /^\s*(Non-2xx or 3xx responses|Socket errors): .*$/m.exec(output);
  if (failure !== null) throw new Error(`wrk: ${failure[0].trim()}`);
  const perSecond = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(output)?.[1]);
  if (!Number.isFinite(perSecond)) throw new Error(`wrk printed no result:\n${output}`);
  return perSecond;
}
