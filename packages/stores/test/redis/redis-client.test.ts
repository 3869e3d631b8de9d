import { describe, expect, it } from "vitest";
import { redisStore } from "../../src/redis.ts";
import { upstashStore } from "../../src/upstash.ts";

const rejection = (text: string): unknown =>
  expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(text) });

const evaluate = async (): Promise<unknown> => 1;

describe("redisStore", () => {
  it("rejects anything but a Redis client and shows the correct call", () => {
    for (const client of [undefined, null, {}, "redis://localhost", { get: evaluate }, { eval: evaluate }]) {
      expect(() => redisStore(client as never)).toThrow(rejection("redisStore(await createClient().connect())"));
    }
  });

  it("rejects the client of Upstash and names upstashStore", () => {
    const upstash = { eval: evaluate, evalsha: evaluate, createScript: evaluate };
    expect(() => redisStore(upstash as never)).toThrow(rejection("upstashStore"));
  });

  it("rejects a prefix with special characters", () => {
    const client = { eval: evaluate, evalSha: evaluate };
    for (const prefix of ["{tag}", "a b", "ä", "a\n", "*", "x".repeat(65), 7 as never]) {
      expect(() => redisStore(client, { prefix })).toThrow(rejection("prefix must be"));
    }
    for (const prefix of ["", "shop:sessions:", "a.b-c_d"]) redisStore(client, { prefix });
  });
});

describe("upstashStore", () => {
  it("rejects anything but an Upstash client and shows the correct call", () => {
    for (const client of [undefined, null, {}, { eval: evaluate }, "https://example.upstash.io"]) {
      expect(() => upstashStore(client as never)).toThrow(rejection("new Redis({ url, token })"));
    }
  });
});
