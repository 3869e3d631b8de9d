import { describe } from "vitest";
import type { VariadicRedisClient } from "../../src/redis.ts";
import { engineUrl } from "../support/engines.ts";
import { redisSuite } from "./redis-suite.ts";

declare const Bun: { readonly RedisClient: new (url: string) => VariadicRedisClient & { close(): void } };

const url = engineUrl("redis") ?? "";

describe.skipIf(url === "")("on Redis", () => {
  redisSuite(
    "Bun's client",
    () => new Bun.RedisClient(url),
    (client) => client.close(),
  );
});
