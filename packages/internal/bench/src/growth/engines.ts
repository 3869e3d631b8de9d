import type { GrowthEngine } from "./engine.ts";
import { startRedisEngine } from "./redis-engine.ts";
import { startPostgresEngine, startSqliteEngine } from "./sql-engines.ts";

/** The engines by their names on the command line. One that is not installed rejects with a `MissingEngineError`. */
export const ENGINES: Readonly<Record<string, () => Promise<GrowthEngine>>> = {
  Redis: startRedisEngine,
  PostgreSQL: startPostgresEngine,
  SQLite: startSqliteEngine,
};
