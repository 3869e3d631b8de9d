import { env } from "cloudflare:workers";
import { D1Dialect } from "kysely-d1";
import { sqlSuite } from "./sql-suite.ts";

sqlSuite({
  name: "D1",
  open: () => ({ dialect: new D1Dialect({ database: env.DB }), close: () => undefined }),
  analyze: (table) => `analyze ${table}`,
  explain: "explain query plan",
  scans: /SCAN|TEMP B-TREE/,
});
