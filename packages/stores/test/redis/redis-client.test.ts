import { describe, expect, it } from "vitest";
import { redisStore } from "../../src/redis.ts";
import { upstashStore } from "../../src/upstash.ts";

const refusal = (text: string): unknown =>
  expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(text) });

const evaluate = async (): Promise<unknown> => 1;

describe("redisStore", () => {
  it("refuses what is no client of Redis, and says what to pass", () => {
    for (const client of [undefined, null, {}, "redis://localhost", { get: evaluate }, { eval: evaluate }]) {
      expect(() => redisStore(client as never)).toThrow(refusal("redisStore(await createClient().connect())"));
    }
  });

  it("refuses the client of Upstash, and names the store for it", () => {
    const upstash = { eval: evaluate, evalsha: evaluate, createScript: evaluate };
    expect(() => redisStore(upstash as never)).toThrow(refusal("upstashStore"));
  });

  it("refuses a prefix that reaches into other keys or slots", () => {
    const client = { eval: evaluate, evalSha: evaluate };
    for (const prefix of ["{tag}", "a b", "ä", "a\n", "*", "x".repeat(65), 7 as never]) {
      expect(() => redisStore(client, { prefix })).toThrow(refusal("prefix must be"));
    }
    for (const prefix of ["", "shop:sessions:", "a.b-c_d"]) redisStore(client, { prefix });
  });
});

describe("upstashStore", () => {
  it("refuses what is no client of Upstash, and says what to pass", () => {
    for (const client of [undefined, null, {}, { eval: evaluate }, "https://example.upstash.io"]) {
      expect(() => upstashStore(client as never)).toThrow(refusal("new Redis({ url, token })"));
    }
  });
});
