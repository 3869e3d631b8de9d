import type { RedisClient } from "@coatcheck/stores/redis";
import { EngineError } from "../cli-error.ts";
import type { ServerTarget } from "./engine-target.ts";
import { findDriver } from "./find-driver.ts";

/** A connected client. */
export interface OpenRedis {
  readonly client: RedisClient;
  close(): void;
}

/** The part of node-redis that is used besides its commands. */
interface NodeRedis {
  createClient(options: object): RedisClient & Connectable & { destroy(): void };
}

/** The part of ioredis that is used besides its commands. */
interface IoRedis {
  readonly Redis: new (url: string, options: object) => RedisClient & Connectable & { disconnect(): void };
}

interface Connectable {
  connect(): Promise<unknown>;
  on(event: "error", listener: (error: unknown) => void): unknown;
}

/** A client of the installed package. It tries to connect only once, because the user is waiting. @throws `MISSING_DRIVER` */
export async function openRedis(target: ServerTarget, cwd: string): Promise<OpenRedis> {
  const { name, driver } = findDriver(cwd, "Redis", ["redis", "ioredis"]);
  if (name === "redis") {
    const socket = { reconnectStrategy: false };
    const client = (driver as NodeRedis).createClient({ url: target.url, socket, disableOfflineQueue: true });
    // Checked before the command runs, so that it does not fail after it has done its work.
    if (typeof client.destroy !== "function") {
      throw new EngineError(
        "MISSING_DRIVER",
        "The package redis is too old. Version 5 or newer is required: npm install redis@latest",
      );
    }
    await connect(client);
    return { client, close: () => client.destroy() };
  }
  const once = { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null };
  const client = new (driver as IoRedis).Redis(target.url, once);
  await connect(client);
  return { client, close: () => client.disconnect() };
}

/** ioredis rejects with "Connection is closed", and passes the reason to listeners. */
async function connect(client: Connectable): Promise<void> {
  let reason: unknown;
  client.on("error", (error) => {
    reason ??= error;
  });
  try {
    await client.connect();
  } catch (error) {
    throw reason ?? error;
  }
}
