import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { MysqlDialect, PostgresDialect } from "kysely";
import { createPool, type PoolOptions } from "mysql2";
import { Pool } from "pg";

/** Connects a pool to a PostgreSQL. */
export function connectPostgres(url: string): SqlConnection {
  const pool = new Pool({ connectionString: url });
  return {
    dialect: new PostgresDialect({ pool }),
    connectPeer: () => connectPostgres(url),
    close: () => pool.end(),
  };
}

/** Connects a pool to a MariaDB. */
export function connectMariadb(url: string, options: PoolOptions = {}): SqlConnection {
  const pool = createPool({ uri: url, ...options });
  return {
    dialect: new MysqlDialect({ pool }),
    connectPeer: () => connectMariadb(url, options),
    close: () => pool.promise().end(),
  };
}
