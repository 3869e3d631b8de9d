import { fileURLToPath } from "node:url";
import { type Engine, findProgram, startEngine } from "./engine.ts";

/** How to run a server of this repository, such as an example. */
export interface ServerRecipe {
  /** The working directory, as a `file:` URL. */
  readonly cwd: URL;
  /** The command, as a user types it there. */
  readonly command: (port: number) => readonly [runtime: "node" | "deno" | "bun", ...args: string[]];
  /**
   * Its environment variables besides `PORT`. It has none of this process, so that they cannot influence a test.
   *
   * @param folder - an empty folder for its data
   */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** Matches its output when it accepts requests. */
  readonly ready: RegExp;
}

/**
 * Starts a server in its runtime on a free loopback port. The host of its `url` is `localhost`, the only host to which
 * clients send `Secure` cookies over plain http.
 */
export function startServer({ cwd, command, env, ready }: ServerRecipe): Promise<Engine> {
  return startEngine({
    version: "the server",
    url: (port) => `http://localhost:${port}`,
    command: (_folder, port) => {
      const [runtime, ...args] = command(port);
      return [findProgram(runtime, "npm install"), ...args];
    },
    cwd: fileURLToPath(cwd),
    env: (folder, port) => ({ PORT: `${port}`, ...env?.(folder) }),
    ready,
  });
}
