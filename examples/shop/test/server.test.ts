import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { runShop, type Shop, type ShopEnvironment, startShop } from "./shop-process.ts";

const started: Shop[] = [];
afterAll(() => Promise.all(started.map((shop) => shop.stop("SIGKILL"))));

async function start(environment: ShopEnvironment): Promise<Shop> {
  const shop = await startShop(environment);
  started.push(shop);
  return shop;
}

describe("the server, starting", () => {
  it("prints where it is, the mode, how to change it, where the data is, and how to get Redis", async () => {
    const { stdout, stderr } = await (await start({})).stop();
    expect(stdout).toMatch(/http:\/\/localhost:\d+\n/);
    expect(stdout).toContain("Mode: sqlite");
    expect(stdout).toContain("MODE=signed npm run demo");
    expect(stdout).toContain("MODE=encrypted npm run demo");
    expect(stdout).toMatch(/^Data: \/.+$/m);
    expect(stdout).toContain("Redis is not offered. With it: REDIS_URL=redis://127.0.0.1:6379 npm run demo");
    expect(stderr).toBe("");
  });

  it("never prints the secret", async () => {
    const SESSION_SECRET = randomBytes(32).toString("base64url");
    const { stdout, stderr } = await (await start({ SESSION_SECRET, MODE: "signed" })).stop();
    expect(stdout).not.toContain("SESSION_SECRET");
    expect(stdout + stderr).not.toContain(SESSION_SECRET);
  });

  it.each(["memory", "", "constructor"])("refuses MODE=%j", async (MODE) => {
    const { code, stdout, stderr } = await runShop({ MODE });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toBe(`MODE is "${MODE}". It must be one of signed, encrypted, sqlite, redis.\n`);
  });

  it.each(["http", "", "-1", "65536", "3e3"])("refuses PORT=%j", async (PORT) => {
    const { code, stdout, stderr } = await runShop({ PORT });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toBe(`PORT is "${PORT}". It must be a number from 0 (any free port) to 65535.\n`);
  });

  it("refuses a port in use", async () => {
    const { port } = await start({});
    const { code, stdout, stderr } = await runShop({ PORT: port });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Port ${port} is in use.`);
    expect(stderr).not.toContain(" at ");
  });

  it.each(["server", "signed", "encrypted"])("refuses a weak secret, MODE=%s", async (MODE) => {
    for (const SESSION_SECRET of ["hunter2", "", "keyboard cat ".repeat(4)]) {
      const { code, stdout, stderr } = await runShop({ MODE, SESSION_SECRET });
      expect(code).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^SESSION_SECRET is refused \(WEAK_SECRET\): secrets\[0\] .+\n$/);
      expect(stderr).not.toMatch(/hunter2|keyboard/);
    }
  });
});

describe("the server, stopping", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("closes on %s", async (signal) => {
    expect((await (await start({})).stop(signal)).code).toBe(0);
  });

  it("does not wait for a connection on which nothing was sent", async () => {
    const shop = await start({});
    const socket = connect(Number(shop.port), "127.0.0.1");
    const closed = once(socket, "close");
    await once(socket, "connect");
    // Connections are accepted in their order: once this one was answered, the silent one is open too.
    await shop.visitor().visit("/");
    expect((await shop.stop("SIGTERM")).code).toBe(0);
    await closed;
  });
});
