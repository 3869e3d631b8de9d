import { storeConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { type RedisClient, redisStore } from "../../src/redis.ts";
import { overTwoClients } from "../support/two-clients.ts";

/** Runs the conformance suite with a Redis client. */
export function redisSuite<Client extends RedisClient>(
  clientName: string,
  open: () => Client | Promise<Client>,
  close: (client: Client) => void | Promise<void>,
): void {
  storeConformance(
    { describe, it },
    {
      name: `redisStore over ${clientName}`,
      create: () => overTwoClients(open, (client, prefix) => redisStore(client, { prefix }), close),
      isAtomic: true,
      hasSubjectIndex: true,
      hasSweeper: false,
      checksKeys: true,
      dropsWithin: 30,
    },
  );
}
