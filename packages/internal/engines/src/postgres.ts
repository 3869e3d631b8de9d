import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { asUser, type Engine, findProgram, startEngine, versionOf } from "./engine.ts";

const HOW_TO_INSTALL = "apt-get install postgresql, or brew install postgresql";

/** Starts a PostgreSQL with the superuser `coatcheck` and an empty database of that name. */
export async function startPostgres(): Promise<Engine> {
  const program = findProgram("postgres", HOW_TO_INSTALL);
  const initdb = findProgram("initdb", HOW_TO_INSTALL);
  const createdb = findProgram("createdb", HOW_TO_INSTALL);
  const { isRoot, prefix } = asUser("postgres");
  const as = (command: readonly string[]): [string, ...string[]] => [...prefix, ...command] as [string, ...string[]];
  const engine = await startEngine({
    version: `PostgreSQL ${versionOf(program)}`,
    url: (port) => `postgresql://coatcheck@127.0.0.1:${port}/coatcheck`,
    prepare(folder) {
      if (isRoot) execFileSync("chown", ["postgres:postgres", folder]);
      const options = [
        "--username",
        "coatcheck",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-sync",
      ];
      const [file, ...args] = as([initdb, "-D", join(folder, "data"), ...options]);
      execFileSync(file, args, { cwd: folder, stdio: "pipe" });
    },
    command: (folder, port) =>
      as([
        program,
        ...["-D", join(folder, "data"), "-p", `${port}`, "-k", "", "-c", "listen_addresses=127.0.0.1"],
        // Without fsync, data survives a killed process, but not a power cut. Tests do only the former.
        ...["-c", "fsync=off", "-c", "max_connections=200"],
      ]),
    stopSignal: "SIGINT",
    ready: /database system is ready to accept connections/,
  });
  try {
    execFileSync(createdb, ["-h", "127.0.0.1", "-p", `${engine.port}`, "-U", "coatcheck", "coatcheck"], {
      stdio: "pipe",
    });
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return engine;
}
