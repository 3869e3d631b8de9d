import { describe } from "vitest";
import { engineUrl } from "../support/engines.ts";
import { connectMariadb } from "./sql-servers.ts";
import { sqlSuite } from "./sql-suite.ts";

const url = engineUrl("mariadb");

describe.skipIf(url === undefined)("with a server", () => {
  sqlSuite({
    name: "MariaDB",
    open: () => connectMariadb(url ?? ""),
    analyze: (table) => `analyze table ${table}`,
    explain: "explain",
    scans: /"type":"(ALL|index)"|filesort/,
  });
});
