import { describe } from "vitest";
import { engineUrl } from "../support/engines.ts";
import { connectPostgres } from "./sql-servers.ts";
import { sqlSuite } from "./sql-suite.ts";

const url = engineUrl("postgres");

describe.skipIf(url === undefined)("with a server", () => {
  sqlSuite({
    name: "PostgreSQL",
    open: () => connectPostgres(url ?? ""),
    analyze: (table) => `analyze ${table}`,
    explain: "explain",
    scans: /Seq Scan|Sort/,
  });
});
