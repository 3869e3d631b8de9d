import { type Engine, startMariadb, startOrSkip, startPostgres, startRedis, startUpstash } from "@coatcheck/engines";
import type { TestProject } from "vitest/node";
import { builtInEngines } from "./built-in-engines.ts";
import type { RunningEngines } from "./engines.ts";

/**
 * Starts each engine once for the whole project and prints a line `engine: …`. For an engine that is not installed it
 * prints `skipped: …`, and in CI it fails. `npm test` repeats these lines at its end.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: Engine[] = [];
  const urls: { -readonly [Name in keyof RunningEngines]: RunningEngines[Name] } = {};

  async function start(name: keyof RunningEngines, starter: () => Promise<Engine>): Promise<void> {
    const engine = await startOrSkip(`tests on ${name}`, starter);
    if (engine === undefined) return;
    started.push(engine);
    urls[name] = engine.url;
    process.stdout.write(`engine: ${engine.version}\n`);
  }

  const stop = async (): Promise<void> => {
    await Promise.all(started.map((engine) => engine.stop()));
  };
  const startRedisAndUpstash = async (): Promise<void> => {
    await start("redis", startRedis);
    const { redis } = urls;
    if (redis !== undefined) await start("upstash", () => startUpstash(redis));
  };
  const starting = [startRedisAndUpstash(), start("postgres", startPostgres), start("mariadb", startMariadb)];
  for (const result of await Promise.allSettled(starting)) {
    if (result.status === "fulfilled") continue;
    await stop();
    throw result.reason;
  }
  for (const engine of await builtInEngines(project.name)) process.stdout.write(`engine: ${engine}\n`);
  project.provide("engines", urls);
  return stop;
}
