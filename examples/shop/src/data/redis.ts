import type { SessionStore, SubjectIndex } from "@coatcheck/core";
import { redisStore } from "@coatcheck/stores/redis";
import { createClient } from "redis";

/** A Redis that answers. */
export interface ShopRedis {
  readonly store: SessionStore & SubjectIndex;
  close(): void;
}

/** Whether it is the address of a Redis, as `redis://127.0.0.1:6379` is. */
export function isRedisUrl(url: string): boolean {
  return URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol);
}

/** The address as it may be printed: without a name and a password. */
export function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** @returns `undefined` when nothing answers there */
export async function openRedis(url: string): Promise<ShopRedis | undefined> {
  let isConnected = false;
  // Without the queue a request fails at once while Redis is away, and nothing of it is written later.
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
