import redis from "unstorage/drivers/redis";
import { describe } from "vitest";
import { engineUrl } from "../support/engines.ts";
import { unstorageSuite } from "./unstorage-suite.ts";

const url = engineUrl("redis") ?? "";

describe.skipIf(url === "")("on Redis", () => {
  unstorageSuite({
    name: "redis",
    newBase: () => `unstorage-${crypto.randomUUID()}`,
    driver: (base) => redis({ url, base }),
    // The only one of these drivers that uses the time to live.
    dropsWithin: 30,
  });
});
