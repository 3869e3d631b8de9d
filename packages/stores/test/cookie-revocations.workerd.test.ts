import { env } from "cloudflare:workers";
import { Kysely } from "kysely";
import { D1Dialect } from "kysely-d1";
import { d1Database } from "../src/d1.ts";
import { durableObjectStore } from "../src/durable-object.ts";
import { migrate, sqlStore } from "../src/sql.ts";
import { cookieRevocationsSuite } from "./support/cookie-revocations-suite.ts";

cookieRevocationsSuite("Durable Objects", () => ({
  stores: [durableObjectStore(env.SESSION_OBJECTS), durableObjectStore(env.SESSION_OBJECTS)],
  close: () => undefined,
}));

cookieRevocationsSuite("D1", async () => {
  const db = new Kysely<unknown>({ dialect: new D1Dialect({ database: d1Database(env.DB) }) });
  await migrate(db, { table: "revocations" });
  const open = () => sqlStore(db, { table: "revocations" });
  return { stores: [open(), open()], close: () => undefined };
});
