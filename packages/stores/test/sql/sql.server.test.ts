import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectSqlite, sqliteName } from "@coatcheck/engines/sqlite";
import { describe } from "vitest";
import { engineUrl } from "../support/engines.ts";
import { connectMariadb, connectPostgres } from "./sql-servers.ts";
import { sqlBehaviour } from "./sql-suite.ts";

const plans = {
  analyze: (table: string) => `analyze ${table}`,
  explain: "explain query plan",
  scans: /SCAN|TEMP B-TREE/,
};

sqlBehaviour({ name: `${sqliteName} in memory`, open: () => connectSqlite(":memory:"), ...plans });

sqlBehaviour({
  name: `${sqliteName} on disk`,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
    const connection = await connectSqlite(join(folder, "sessions.db"));
    return {
      ...connection,
      async close() {
        await connection.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  ...plans,
});

const postgres = engineUrl("postgres");
describe.skipIf(postgres === undefined)("with a server", () => {
  sqlBehaviour({
    name: "PostgreSQL",
    open: () => connectPostgres(postgres ?? ""),
    analyze: (table) => `analyze ${table}`,
    explain: "explain",
    scans: /Seq Scan|Sort/,
  });
});

const mariadb = engineUrl("mariadb");
describe.skipIf(mariadb === undefined)("with a server", () => {
  sqlBehaviour({
    name: "MariaDB",
    open: () => connectMariadb(mariadb ?? ""),
    analyze: (table) => `analyze table ${table}`,
    explain: "explain",
    scans: /"type":"(ALL|index)"|filesort/,
  });
});
