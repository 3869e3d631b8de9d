import { startOrSkip, startPostgres, startRedis } from "@coatcheck/engines";
import { freshTable } from "@coatcheck/engines/sql-tables";
import { redisStore } from "@coatcheck/stores/redis";
import { sqlStore } from "@coatcheck/stores/sql";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { createClient } from "redis";
import { afterAll, describe } from "vitest";
import { testRememberMeOn } from "../support/remember-behavior.ts";

const redis = await startOrSkip("rememberMe on Redis", startRedis);
const client = redis && (await createClient({ url: redis.url }).connect());
const postgres = await startOrSkip("rememberMe on PostgreSQL", startPostgres);
const db = postgres && new Kysely<unknown>({ dialect: new PostgresDialect({ pool: connect(postgres.url) }) });

afterAll(async () => {
  client?.destroy();
  await db?.destroy();
  await Promise.all([redis?.stop(), postgres?.stop()]);
});

describe.skipIf(client === undefined)("rememberMe on Redis", () => {
  let number = 0;
  testRememberMeOn({
    async open() {
      if (client === undefined) throw new Error("no Redis");
      return redisStore(client, { prefix: `remember-${number++}:` });
    },
  });
});

describe.skipIf(db === undefined)("rememberMe on PostgreSQL", () => {
  testRememberMeOn({
    async open() {
      if (db === undefined) throw new Error("no PostgreSQL");
      return sqlStore(db, { table: await freshTable(db) });
    },
  });
});

function connect(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 10 });
  // `end` resolves before all connections are closed. An error that the stopping server sends to one of them is
  // expected.
  pool.on("error", () => {});
  pool.on("connect", (connected) => connected.on("error", () => {}));
  return pool;
}
