import { join } from "node:path";
import { isRedisUrl } from "./data/redis.ts";
import { parseKind, type StorageKind, storageKinds } from "./sessions/storage-kind.ts";
import { StartError } from "./start-error.ts";

/** What the environment variables say. */
export interface Settings {
  /** `MODE`: the kind of storage that new visitors start with. */
  readonly initial: StorageKind;
  /** `PORT`: 0 is any free port. */
  readonly port: number;
  /** `SHOP_DATA`: the path of the folder that holds all data. */
  readonly folder: string;
  /** `SESSION_SECRET`. Without it, the shop creates a secret and stores it in the folder. */
  readonly secret: string | undefined;
  /** `REDIS_URL`. Without it, the shop offers no storage in Redis. */
  readonly redisUrl: string | undefined;
}

/** The usual address of a Redis on this machine. */
export const LOCAL_REDIS = "redis://127.0.0.1:6379";

/** @throws StartError for an invalid value */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { MODE = "sqlite", PORT = "3000", SESSION_SECRET: secret, REDIS_URL, SHOP_DATA } = environment;

  const initial = parseKind(MODE);
  if (initial === undefined) {
    throw new StartError(`MODE is ${JSON.stringify(MODE)}. It must be one of ${storageKinds.join(", ")}.`);
  }
  if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
    throw new StartError(`PORT is ${JSON.stringify(PORT)}. It must be a number from 0 (any free port) to 65535.`);
  }
  // A Redis that happens to run on this machine may belong to another program, so the shop uses it only on request.
  const redisUrl = REDIS_URL ?? (initial === "redis" ? LOCAL_REDIS : undefined);
  if (redisUrl !== undefined && !isRedisUrl(redisUrl)) {
    // The message does not repeat the value, which may contain a password.
    throw new StartError(`REDIS_URL is not the URL of a Redis server. Example: ${LOCAL_REDIS}`);
  }
  const folder = SHOP_DATA ?? join(import.meta.dirname, "..", ".data");
  return { initial, port: Number(PORT), folder, secret, redisUrl };
}
