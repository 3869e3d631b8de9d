import type { StoreUnderTest } from "@coatcheck/testing";
import { newPrefix } from "./sessions.ts";

/**
 * Creates a store on each of two connections, with keys that no other test uses.
 *
 * @param open - connects a client
 * @param toStore - creates a store over a client, with a prefix for its keys
 */
export async function overTwoClients<Client>(
  open: () => Client | Promise<Client>,
  toStore: (client: Client, prefix: string) => StoreUnderTest["store"],
  close: (client: Client) => void | Promise<void>,
): Promise<StoreUnderTest> {
  const clients = [await open(), await open()] as const;
  const prefix = newPrefix();
  return {
    store: toStore(clients[0], prefix),
    peer: toStore(clients[1], prefix),
    async close() {
      for (const client of clients) await close(client);
    },
  };
}
