import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commitWhenUnlocked } from "../src/deno-kv-commit.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An operation that rejects with these errors, one per attempt, and then resolves to `ok`. */
function rejecting(errors: unknown[], ok: boolean): { commit(): Promise<{ ok: boolean }>; calls: number } {
  const operation = {
    calls: 0,
    async commit() {
      operation.calls += 1;
      if (errors.length > 0) throw errors.shift();
      return { ok };
    },
  };
  return operation;
}

const locked = (): Error => new TypeError("database is locked");

describe("commitWhenUnlocked", () => {
  it("retries while another process writes, and then returns the result of Deno KV", async () => {
    for (const ok of [true, false]) {
      const operation = rejecting([locked(), locked(), locked()], ok);
      const committed = commitWhenUnlocked(operation);
      await vi.runAllTimersAsync();
      expect(await committed).toBe(ok);
      expect(operation.calls).toBe(4);
    }
  });

  it("rejects at once with any other error, because the write may have happened", async () => {
    for (const error of [new Error("connection lost"), new TypeError("Value too large (max 65536 bytes)"), undefined]) {
      const operation = rejecting([error], true);
      await expect(commitWhenUnlocked(operation)).rejects.toBe(error);
      expect(operation.calls).toBe(1);
    }
  });

  it("rejects with Deno KV's error before the core's timeout", async () => {
    const error = locked();
    const start = Date.now();
    const rejected = expect(commitWhenUnlocked(rejecting(Array(1_000).fill(error), true))).rejects.toBe(error);
    await vi.runAllTimersAsync();
    await rejected;
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});
