import { storeConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { type RedisClient, redisStore } from "../../src/redis.ts";
import { overTwoClients } from "../support/two-clients.ts";

/** What holds over every client of a Redis. */
export function redisBehaviour<Client extends RedisClient>(
  clientName: string,
  open: () => Client | Promise<Client>,
  close: (client: Client) => void | Promise<void>,
): void {
  storeConformance(
    { describe, it },
    {
      name: `redisStore over ${clientName}`,
      create: () => overTwoClients(open, (client, prefix) => redisStore(client, { prefix }), close),
      hasSweeper: false,
      checksKeys: true,
      dropsWithin: 5,
    },
  );
}
