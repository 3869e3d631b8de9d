import type { SessionStore } from "@coatcheck/core";
import { type Engine, startOrSkip, startProxy, startRedis } from "@coatcheck/engines";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, describe, expect, it } from "vitest";
import { redisStore } from "../../src/redis.ts";
import { expectFailure, expectSuccess } from "./outcomes.ts";
import { visitorOf } from "./visitor.ts";

const engine = await startOrSkip("faults of Redis", startRedis);

describe.skipIf(engine === undefined)("redisStore", () => {
  const { url = "", port } = (engine ?? {}) as Partial<Engine>;
  afterAll(() => engine?.stop());

  it("SEC-42 rejects writes when Redis is out of memory, and still reads and ends sessions", async () => {
    const client = await createClient({ url }).connect();
    const visitor = visitorOf(redisStore(client));
    expectSuccess(await visitor.visit("/login"));
    await client.configSet({ maxmemory: "1", "maxmemory-policy": "noeviction" });

    const { cause } = expectFailure(await visitor.newVisitor().visit("/count"));
    expect(String(cause)).toContain("OOM");
    expectFailure(await visitor.visit("/count"));
    expect(expectSuccess(await visitor.visit("/read")).data).toEqual({ subject: "eve" });
    expectFailure(await visitor.visit("/count"));
    expectSuccess(await visitor.visit("/logout"));
    expect(expectSuccess(await visitor.visit("/read")).data).toEqual({});

    await client.configSet("maxmemory", "0");
    expectSuccess(await visitor.visit("/count"));
    await client.close();
  });

  it("SEC-42 reads from a read-only replica, and fails requests that write", async () => {
    const replica = await startRedis(["--replicaof", "127.0.0.1", `${port}`]);
    try {
      const master = await createClient({ url }).connect();
      const reader = await createClient({ url: replica.url }).connect();
      let client = master;
      const visitor = visitorOf(() => redisStore(client));
      expectSuccess(await visitor.visit("/count"));
      await master.wait(1, 10_000);

      client = reader;
      expect(expectSuccess(await visitor.visit("/read")).data).toEqual({ count: 1 });
      for (const path of ["/count", "/login", "/logout"]) {
        expect(String(expectFailure(await visitor.visit(path)).cause)).toContain("READONLY");
      }

      client = master;
      expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count: 2 });
      await reader.close();
      await master.close();
    } finally {
      await replica.stop();
    }
  });

  it("counts once when ioredis repeats a command after a broken connection", async () => {
    const proxy = await startProxy(url);
    const client = new Redis(proxy.url);
    client.on("error", () => {});
    const store = redisStore(client);
    const breaking: SessionStore = {
      ...store,
      create(...args) {
        proxy.cutAfterRequest();
        return store.create(...args);
      },
      update(...args) {
        proxy.cutAfterRequest();
        return store.update(...args);
      },
    };
    const visitor = visitorOf(breaking);
    for (let count = 1; count <= 5; count++) {
      expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count });
    }
    client.disconnect();
    await proxy.stop();
  });
});
