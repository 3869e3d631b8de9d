import { startOrSkip, startRedisCluster } from "@coatcheck/engines";
import { Cluster } from "ioredis";
import { createCluster } from "redis";
import { afterAll, describe, expect, it } from "vitest";
import { redisStore } from "../../src/redis.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { redisSuite } from "./redis-suite.ts";

const cluster = await startOrSkip("tests on a Redis Cluster", startRedisCluster);
const url = cluster?.url ?? "";
if (cluster !== undefined) process.stdout.write(`engine: ${cluster.version}\n`);
afterAll(() => cluster?.stop());

describe.skipIf(cluster === undefined)("on a Redis Cluster", () => {
  redisSuite(
    "node-redis",
    () => createCluster({ rootNodes: [{ url }] }).connect(),
    (client) => client.close(),
  );
  redisSuite(
    "ioredis",
    () => new Cluster([url]),
    (client) => client.disconnect(),
  );

  it("finds the sessions of a subject on all nodes", async () => {
    const client = await createCluster({ rootNodes: [{ url }] }).connect();
    const store = redisStore(client);
    const keys = Array.from({ length: 30 }, (_, index) => storeKey(index));
    await Promise.all(keys.map((key) => store.create(key, sessionOf({ subject: "eve" }))));
    const slots = await Promise.all(client.masters.map(async (node) => (await client.nodeClient(node)).dbSize()));
    expect(slots.filter((size) => size > 0).length).toBe(3);
    expect((await store.listBySubject("eve")).length).toBe(30);
    expect(await store.deleteBySubject("eve", keys[7])).toBe(29);
    await client.close();
  });
});
