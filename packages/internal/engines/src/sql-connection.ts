import type { Dialect } from "kysely";

/** A connection to an SQL engine that the tests of a file share. */
export interface SqlConnection {
  /** A dialect over the shared connection. Do not destroy a Kysely that uses it. */
  readonly dialect: Dialect;
  /** Opens a second connection to the same database, as another process has. Missing where there can be only one. */
  readonly connectPeer?: () => SqlConnection | Promise<SqlConnection>;
  close(): void | Promise<void>;
}
