import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectSqlite, sqliteName } from "@coatcheck/engines/sqlite";
import { sqlSuite } from "./sql-suite.ts";

const plans = {
  analyze: (table: string) => `analyze ${table}`,
  explain: "explain query plan",
  scans: /SCAN|TEMP B-TREE/,
};

sqlSuite({ name: `${sqliteName} in memory`, open: () => connectSqlite(":memory:"), ...plans });

sqlSuite({
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
