import { randomBytes } from "node:crypto";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { startEngine } from "@coatcheck/engines";
import { type RunningWorker, startWorker } from "@coatcheck/engines/worker";

/** The running example. */
export type Server = Pick<RunningWorker, "url" | "stop">;

/** Starts src/server.ts in a runtime. Without a secret it does not start, and the error contains its output. */
export type Runtime = (secret?: string) => Promise<Server>;

const folder = fileURLToPath(new URL("..", import.meta.url));
const program = fileURLToPath(new URL("../src/server.ts", import.meta.url));

/** Resolves the packages to their sources in this repository. */
const condition = "--conditions=@coatcheck/source";

export const runtimes: Readonly<Record<string, Runtime>> = {
  Workers: (secret) => startWorker(folder, secret === undefined ? {} : { secrets: { SESSION_SECRET: secret } }),

  // The only permission is to read one variable.
  Deno: (secret) =>
    startProgram("Deno", secret, /Listening on/, (port) => [
      "deno",
      ...["serve", "--no-prompt", condition, "--no-check", "--node-modules-dir=manual"],
      ...["--allow-env=SESSION_SECRET", "--host=127.0.0.1", `--port=${port}`, program],
    ]),

  Bun: (secret) => startProgram("Bun", secret, /Started/, (port) => ["bun", condition, `--port=${port}`, program]),
};

export function newSecret(): string {
  return randomBytes(32).toString("hex");
}

function startProgram(
  version: string,
  secret: string | undefined,
  ready: RegExp,
  command: (port: number) => [string, ...string[]],
): Promise<Server> {
  // A SESSION_SECRET in the developer's environment must not affect a test.
  const { SESSION_SECRET: _, ...others } = process.env;
  const bin = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));
  const env = { ...others, NO_COLOR: "1", PATH: [bin, others["PATH"]].join(delimiter) };
  return startEngine({
    version,
    url: (port) => `http://localhost:${port}`,
    command: (_folder, port) => command(port),
    env: () => (secret === undefined ? env : { ...env, SESSION_SECRET: secret }),
    ready,
  });
}
