import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe } from "vitest";
import { engineUrl } from "../support/engines.ts";
import { redisSuite } from "./redis-suite.ts";

const url = engineUrl("redis") ?? "";

describe.skipIf(url === "")("on Redis", () => {
  redisSuite(
    "node-redis",
    () => createClient({ url }).connect(),
    (client) => client.close(),
  );
  redisSuite(
    "ioredis",
    () => new Redis(url),
    (client) => client.disconnect(),
  );
});
