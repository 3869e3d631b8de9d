import { assertArgument } from "./assert-argument.ts";
import { isBinding } from "./cloudflare-binding.ts";

/** The methods that tell a D1 database from other bindings. */
interface D1Methods {
  readonly prepare: unknown;
  readonly batch: unknown;
  readonly exec: unknown;
}

/**
 * Checks the binding of a Cloudflare D1 database. The `D1Dialect` of kysely-d1 accepts anything, and fails at the first
 * query.
 *
 * @param binding - `env.DB`
 * @throws `INVALID_OPTION` when it is not a D1 database, with the missing line of wrangler.jsonc
 * @example new Kysely({ dialect: new D1Dialect({ database: d1Database(env.DB) }) })
 */
export function d1Database<Database extends object>(binding: Database): Database {
  assertArgument(
    isBinding<D1Methods>(binding, ["prepare", "batch", "exec"]),
    'd1Database: the argument must be a D1 database: d1Database(env.DB), with "d1_databases": [{ "binding": "DB", "database_name": "<its name>", "database_id": "<its id>" }] in wrangler.jsonc',
  );
  return binding;
}
