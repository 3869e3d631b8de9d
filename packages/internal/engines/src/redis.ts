import { execFileSync } from "node:child_process";
import { type Engine, findProgram, startEngine, versionOf } from "./engine.ts";

const HOW_TO_INSTALL = "apt-get install redis-server, or brew install redis";

/**
 * Starts a Redis that keeps confirmed data when it is killed.
 *
 * @param settings - arguments of its command line
 */
export async function startRedis(settings: readonly string[] = []): Promise<Engine> {
  const program = findProgram("redis-server", HOW_TO_INSTALL);
  return startEngine({
    version: `Redis ${versionOf(program)}`,
    url: (port) => `redis://127.0.0.1:${port}`,
    command: (folder, port) => [
      program,
      ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", "no", "--repl-diskless-sync-delay", "0", ...settings],
    ],
    ready: /Ready to accept connections/,
  });
}

/** Starts a Redis Cluster of three masters. `url` is the URL of the first. */
export async function startRedisCluster(): Promise<Pick<Engine, "version" | "url" | "stop">> {
  const cli = findProgram("redis-cli", HOW_TO_INSTALL);
  const nodes = await Promise.all([1, 2, 3].map(() => startRedis(["--cluster-enabled", "yes"])));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    execFileSync(cli, ["--cluster", "create", ...addresses, "--cluster-yes"], { stdio: "pipe" });
    const [first] = nodes;
    if (first === undefined) throw new Error("the cluster has no nodes");
    await Promise.all(nodes.map(({ port }) => untilClusterAgrees(cli, port)));
    return { version: `${first.version}, cluster of ${nodes.length}`, url: first.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilClusterAgrees(cli: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const info = execFileSync(cli, ["-p", `${port}`, "cluster", "info"], { encoding: "utf8" });
    if (info.includes("cluster_state:ok")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the nodes of the Redis Cluster did not agree within 30 s");
}
