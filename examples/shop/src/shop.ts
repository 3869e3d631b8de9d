import type { Hono } from "hono";
import { createApp } from "./app.tsx";
import { openDatabase, type ShopDatabase } from "./data/database.ts";
import { dataError, openFolder } from "./data/folder.ts";
import { openRedis, withoutPassword } from "./data/redis.ts";
import { keptSecret } from "./data/secret.ts";
import type { KindEnv } from "./sessions/storage-choice.ts";
import type { Kind } from "./sessions/storage-kind.ts";
import { createKinds, type Kinds } from "./sessions/storages.ts";
import { openUsers } from "./users.ts";

/** What a shop is made of. */
export interface ShopOptions {
  /** The kind that new visitors start with. */
  readonly initial: Kind;
  /** Path of the folder where everything is kept. */
  readonly folder: string;
  /** @default the one in the folder, made at the first start */
  readonly secret?: string | undefined;
  /** Without one, sessions cannot be kept in Redis. */
  readonly redisUrl?: string | undefined;
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** A shop that can answer requests. */
export interface Shop {
  readonly app: Hono<KindEnv>;
  readonly kinds: Kinds;
  close(): void;
}

/** Seconds between two sweeps of what has expired in the database. */
const SWEEP_INTERVAL = 600;

/** Opens everything that the shop keeps, and the shop itself. @throws DataError, `WEAK_SECRET` */
export async function openShop({ initial, folder: path, secret, redisUrl, now }: ShopOptions): Promise<Shop> {
  const folder = openFolder(path);
  const usedSecret = secret ?? keptSecret(folder);
  const database = openDatabase(folder, now);
  const { users, stores } = await openTables(database).catch((error: unknown) => {
    database.close();
    throw dataError(folder.database, error);
  });
  const redis = redisUrl === undefined ? undefined : await openRedis(redisUrl);
  const sweep = async () => {
    for (const store of Object.values(stores)) await store.sweep(Date.now());
  };
  const sweeping = setInterval(() => sweep().catch(console.error), SWEEP_INTERVAL * 1000).unref();

  const close = () => {
    clearInterval(sweeping);
    redis?.close();
    database.close();
  };
  try {
    if (initial === "redis" && redis === undefined) {
      throw new NoRedisError(`No Redis answers at ${withoutPassword(redisUrl ?? "")}.`);
    }
    const kinds = createKinds({
      initial,
      secret: usedSecret,
      now,
      stores: { ...stores, ...(redis && { redis: redis.store }) },
    });
    return { app: createApp(kinds, users), kinds, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Makes those that are not there. */
async function openTables({ client, openStore }: ShopDatabase) {
  return {
    users: openUsers(client),
    stores: {
      // What cookie kinds keep on the server: which sessions ended, and which browsers are remembered.
      signed: await openStore("signed_records"),
      encrypted: await openStore("encrypted_records"),
      sqlite: await openStore("sessions"),
    },
  };
}

/** Sessions were to be kept in Redis, and there is none. */
export class NoRedisError extends Error {
  override readonly name = "NoRedisError";
}
