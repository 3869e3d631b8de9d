import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { runShop, type ShopEnvironment, type ShopProcess, startShop } from "./shop-process.ts";

// The invalid values of each variable are in settings.test.ts and start.test.ts, which start no process.

const started: ShopProcess[] = [];
afterAll(() => Promise.all(started.map((shop) => shop.stop("SIGKILL"))));

async function start(environment: ShopEnvironment): Promise<ShopProcess> {
  const shop = await startShop(environment);
  started.push(shop);
  return shop;
}

describe("server start", () => {
  it("prints its URL, its mode, the other modes, the data folder and how to use Redis", async () => {
    const { stdout, stderr } = await (await start({})).stop();
    expect(stdout).toMatch(/http:\/\/localhost:\d+\n/);
    expect(stdout).toContain("Mode: sqlite");
    expect(stdout).toContain("MODE=signed npm run demo");
    expect(stdout).toContain("MODE=encrypted npm run demo");
    expect(stdout).toMatch(/^Data: \/.+$/m);
    expect(stdout).toContain("Redis is not offered. To use it: REDIS_URL=redis://127.0.0.1:6379 npm run demo");
    expect(stderr).toBe("");
  });

  it("ends with the message and no stack trace when a setting is invalid", async () => {
    const { code, stdout, stderr } = await runShop({ MODE: "memory" });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toBe('MODE is "memory". It must be one of signed, encrypted, sqlite, redis.\n');
  });

  it("ends with the message and without the secret when the secret is weak", async () => {
    const { code, stdout, stderr } = await runShop({ SESSION_SECRET: "hunter2" });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^SESSION_SECRET is rejected \(WEAK_SECRET\): secrets\[0\] .+\n$/);
    expect(stderr).not.toContain("hunter2");
  });

  it("says so when the port is in use", async () => {
    const { port } = await start({});
    const { code, stdout, stderr } = await runShop({ PORT: port });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Port ${port} is in use.`);
    expect(stderr).not.toContain(" at ");
  });

  it("opens without Redis when no server answers at REDIS_URL", async () => {
    const shop = await start({ REDIS_URL: "redis://127.0.0.1:1" });
    const page = await (await shop.visitor().visit("/")).text();
    expect(page).toContain("Not available. Start Redis");
    expect((await shop.stop()).stdout).toContain("Redis is not offered: no server answers at REDIS_URL.");
  });
});

describe("server stop", () => {
  it("ends with code 0 on SIGINT", async () => {
    expect((await (await start({})).stop("SIGINT")).code).toBe(0);
  });

  it("ends with code 0 on SIGTERM, without waiting for a connection that has sent no request", async () => {
    const shop = await start({});
    const socket = connect(Number(shop.port), "127.0.0.1");
    const closed = once(socket, "close");
    await once(socket, "connect");
    // The server accepts connections in order: after this request was answered, the silent connection is open too.
    await shop.visitor().visit("/");
    expect((await shop.stop("SIGTERM")).code).toBe(0);
    await closed;
  });
});
