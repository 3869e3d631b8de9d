import type { SessionStore, SubjectIndex } from "@coatcheck/core";
import { redisStore } from "@coatcheck/stores/redis";
import { createClient } from "redis";

/** An open connection to Redis. */
export interface ShopRedis {
  readonly store: SessionStore & SubjectIndex;
  close(): void;
}

/** Whether the text is the URL of a Redis server, such as `redis://127.0.0.1:6379`. */
export function isRedisUrl(url: string): boolean {
  return URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol);
}

/** The URL without user name and password, so that it can be printed. */
export function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** @returns `undefined` when no server answers at the URL */
export async function openRedis(url: string): Promise<ShopRedis | undefined> {
  let isConnected = false;
  // Without the offline queue, a request fails at once while Redis is away, and none of its writes happen later.
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2000, reconnectStrategy: () => (isConnected ? 500 : false) },
  });
  client.on("error", (error: Error) => isConnected && console.error(`Redis: ${error.message}`));
  try {
    await client.connect();
  } catch {
    return undefined;
  }
  isConnected = true;
  return { store: redisStore(client, { prefix: "coatcheck-shop:" }), close: () => client.destroy() };
}
