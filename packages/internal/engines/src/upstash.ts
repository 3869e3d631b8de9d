import { fileURLToPath } from "node:url";
import { type Engine, findProgram, startEngine } from "./engine.ts";

/** Starts a server with the HTTP API of Upstash for a Redis. Its token is `UPSTASH_TOKEN`. */
export function startUpstash(redisUrl: string): Promise<Engine> {
  const node = findProgram("node", "see nodejs.org");
  const program = fileURLToPath(new URL("upstash-server.ts", import.meta.url));
  return startEngine({
    version: "Upstash's HTTP API, by @humanwhocodes/upstash-redis-server",
    url: (port) => `http://127.0.0.1:${port}`,
    command: (_folder, port) => [node, program, `${port}`, redisUrl],
    ready: /listening/,
  });
}
