import { describe, expect, it } from "vitest";
import { readSettings } from "../src/settings.ts";
import { StartError } from "../src/start-error.ts";

describe("readSettings", () => {
  it("has a default for every variable", () => {
    expect(readSettings({})).toEqual({
      initial: "sqlite",
      port: 3000,
      folder: expect.stringMatching(/examples\/shop\/\.data$/),
      secret: undefined,
      redisUrl: undefined,
    });
  });

  it("reads every variable", () => {
    const secret = "not checked here";
    const redisUrl = "rediss://redis.example:6380/1";
    const environment = {
      MODE: "signed",
      PORT: "0",
      SHOP_DATA: "/srv/shop",
      SESSION_SECRET: secret,
      REDIS_URL: redisUrl,
    };
    expect(readSettings(environment)).toEqual({ initial: "signed", port: 0, folder: "/srv/shop", secret, redisUrl });
  });

  it("uses the local Redis with MODE=redis, and only then", () => {
    expect(readSettings({ MODE: "redis" }).redisUrl).toBe("redis://127.0.0.1:6379");
    expect(readSettings({ MODE: "server" })).toMatchObject({ initial: "sqlite", redisUrl: undefined });
  });

  it.each(["memory", "", "constructor"])("rejects MODE=%j", (MODE) => {
    const message = `MODE is "${MODE}". It must be one of signed, encrypted, sqlite, redis.`;
    expect(() => readSettings({ MODE })).toThrow(new StartError(message));
  });

  it.each(["http", "", "-1", "65536", "3e3"])("rejects PORT=%j", (PORT) => {
    const message = `PORT is "${PORT}". It must be a number from 0 (any free port) to 65535.`;
    expect(() => readSettings({ PORT })).toThrow(new StartError(message));
  });

  it.each(["127.0.0.1:6379", "http://localhost", ""])("rejects REDIS_URL=%j without repeating it", (REDIS_URL) => {
    const message = "REDIS_URL is not the URL of a Redis server. Example: redis://127.0.0.1:6379";
    expect(() => readSettings({ REDIS_URL })).toThrow(new StartError(message));
  });
});
