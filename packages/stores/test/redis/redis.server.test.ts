import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe } from "vitest";
import { engineUrl } from "../support/engines.ts";
import { redisBehaviour } from "./redis-suite.ts";

const url = engineUrl("redis") ?? "";

describe.skipIf(url === "")("on Redis", () => {
  redisBehaviour(
    "node-redis",
    () => createClient({ url }).connect(),
    (client) => client.close(),
  );
  redisBehaviour(
    "ioredis",
    () => new Redis(url),
    (client) => client.disconnect(),
  );
});
