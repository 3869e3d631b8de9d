import { fileURLToPath } from "node:url";
import { type Engine, findProgram, startEngine } from "./engine.ts";

/** How to run a server of ours, an example say. */
export interface ServerRecipe {
  /** Where it runs, as a `file:` URL. */
  readonly cwd: URL;
  /** As one would type it there. */
  readonly command: (port: number) => readonly [runtime: "node" | "deno" | "bun", ...args: string[]];
  /**
   * Its environment variables beside `PORT`; nothing of the developer's own decides a test.
   *
   * @param folder - an empty one, for what it keeps
   */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** What it prints when it answers. */
  readonly ready: RegExp;
}

/**
 * Starts a server in its runtime, on a free loopback port. Its `url` says `localhost`, the one host for which `Secure`
 * cookies go over plain http.
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
