import { assertArgument } from "./assert-argument.ts";

/**
 * The binding of a Cloudflare D1 database, for `D1Dialect` of kysely-d1, which takes anything and fails at the first
 * query.
 *
 * @param binding - `env.DB`
 * @throws `INVALID_OPTION` when it is none, with the line that is missing in wrangler.jsonc
 * @example new Kysely({ dialect: new D1Dialect({ database: d1Database(env.DB) }) })
 */
export function d1Database<Database extends object>(binding: Database): Database {
  // A service binding seems to have every method there could be.
  const isDatabase = typeof binding === "object" && binding !== null && !("fetch" in binding);
  assertArgument(
    isDatabase && ["prepare", "batch", "exec"].every((method) => typeof Reflect.get(binding, method) === "function"),
    'd1Database: the argument must be a D1 database: d1Database(env.DB), with "d1_databases": [{ "binding": "DB", "database_name": "<its name>", "database_id": "<its id>" }] in wrangler.jsonc',
  );
  return binding;
}
