import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asUser, type Engine, findProgram, startEngine, versionOf } from "./engine.ts";

const HOW_TO_INSTALL = "apt-get install mariadb-server, or brew install mariadb";

/** Starts a MariaDB with the user `root` without a password, and an empty database `coatcheck`. */
export async function startMariadb(): Promise<Engine> {
  const program = findProgram("mariadbd", HOW_TO_INSTALL);
  const install = findProgram("mariadb-install-db", HOW_TO_INSTALL);
  const { isRoot } = asUser("mysql");
  const user = isRoot ? ["--user=mysql"] : [];
  return startEngine({
    version: `MariaDB ${versionOf(program)}`,
    url: (port) => `mysql://root@127.0.0.1:${port}/coatcheck`,
    prepare(folder) {
      if (isRoot) execFileSync("chown", ["mysql:mysql", folder]);
      // With a temporary folder of its own: a server that starts removes leftover files in a shared one.
      const options = ["--auth-root-authentication-method=normal", "--skip-test-db", `--tmpdir=${folder}`, ...user];
      execFileSync(install, ["--no-defaults", `--datadir=${join(folder, "data")}`, ...options], { stdio: "pipe" });
      writeFileSync(join(folder, "init.sql"), "CREATE DATABASE IF NOT EXISTS coatcheck;\n");
    },
    command: (folder, port) => [
      program,
      ...["--no-defaults", `--datadir=${join(folder, "data")}`, ...user],
      ...[`--tmpdir=${folder}`, `--port=${port}`, "--bind-address=127.0.0.1", `--socket=${join(folder, "socket")}`],
      ...[`--init-file=${join(folder, "init.sql")}`, "--innodb-flush-log-at-trx-commit=2"],
    ],
    ready: /ready for connections/,
  });
}
