import { WeakSecretError } from "@coatcheck/core";
import type { Hono } from "hono";
import { createApp } from "./app.tsx";
import { openDatabase, type ShopDatabase } from "./data/database.ts";
import { dataError, openFolder } from "./data/folder.ts";
import { openRedis, withoutPassword } from "./data/redis.ts";
import { storedSecret } from "./data/secret.ts";
import type { StorageEnv } from "./sessions/storage-choice.ts";
import type { StorageKind } from "./sessions/storage-kind.ts";
import { createStorages, type SessionStorages } from "./sessions/storages.ts";
import { StartError } from "./start-error.ts";
import { openUsers } from "./users.ts";

/** Options of {@link openShop}. */
export interface ShopOptions {
  /** The kind of storage that new visitors start with. */
  readonly initial: StorageKind;
  /** The path of the folder that holds all data. */
  readonly folder: string;
  /** @default the secret in the folder, which is created at the first start */
  readonly secret?: string | undefined;
  /** Without it, sessions cannot be stored in Redis. */
  readonly redisUrl?: string | undefined;
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** A shop that can answer requests. */
export interface Shop {
  readonly app: Hono<StorageEnv>;
  readonly storages: SessionStorages;
  close(): void;
}

/** Seconds between two removals of expired records from the database. */
const SWEEP_INTERVAL = 600;

/** Opens the data of the shop and creates the application. @throws StartError */
export async function openShop({ initial, folder: path, secret, redisUrl, now }: ShopOptions): Promise<Shop> {
  const folder = openFolder(path);
  const usedSecret = secret ?? storedSecret(folder);
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
    if (initial === "redis" && redis === undefined) throw noRedisError(redisUrl);
    const storages = createStorages({
      initial,
      secret: usedSecret,
      now,
      stores: { ...stores, ...(redis && { redis: redis.store }) },
    });
    return { app: createApp(storages, users), storages, close };
  } catch (error) {
    close();
    if (!(error instanceof WeakSecretError)) throw error;
    const source = secret === undefined ? `The secret in ${path}` : "SESSION_SECRET";
    throw new StartError(`${source} is rejected (${error.code}): ${error.message}`, { cause: error });
  }
}

/** Creates the tables that do not exist yet. */
async function openTables({ client, openStore }: ShopDatabase) {
  return {
    users: openUsers(client),
    stores: {
      // For sessions in cookies, the server stores only which sessions have ended and which browsers are remembered.
      signed: await openStore("signed_records"),
      encrypted: await openStore("encrypted_records"),
      sqlite: await openStore("sessions"),
    },
  };
}

function noRedisError(url = ""): StartError {
  return new StartError(
    `No Redis answers at ${withoutPassword(url)}. Start one (redis-server, or docker run -p 6379:6379 redis), or set REDIS_URL to another one.`,
  );
}
