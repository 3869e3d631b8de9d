import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keyLock } from "../src/key-lock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A task that takes until it is told to end, and writes down when it began and ended. */
function work(log: string[], name: string): { task: () => Promise<string>; end: () => void } {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const task = async (): Promise<string> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { task, end };
}

/** Lets everything go on that does not wait for a timer. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("keyLock", () => {
  it("lets writers of a key in one after another, in the order they came", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const works = ["a", "b", "c"].map((name) => work(log, name));
    const all = works.map(({ task }) => lock.write("key", task));
    for (const { end } of works.toReversed()) end();
    expect(await Promise.all(all)).toEqual(["a", "b", "c"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("lets readers in together, never beside a writer, and nobody past one who waits", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const [first, second, writer, last] = ["r1", "r2", "w", "r3"].map((name) => work(log, name));
    if (!first || !second || !writer || !last) throw new Error("four are needed");
    const all = [
      lock.read("key", first.task),
      lock.read("key", second.task),
      lock.write("key", writer.task),
      lock.read("key", last.task),
    ];
    await settle();
    expect(log).toEqual(["r1 begins", "r2 begins"]);
    second.end();
    await settle();
    expect(log).not.toContain("w begins");
    first.end();
    await settle();
    expect(log.at(-1)).toBe("w begins");
    writer.end();
    last.end();
    await Promise.all(all);
    expect(log.slice(-3)).toEqual(["w ends", "r3 begins", "r3 ends"]);
  });

  it("lets nobody wait for another key", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const hanging = work(log, "a");
    const first = lock.write("a", hanging.task);
    expect(await lock.write("b", async () => "b")).toBe("b");
    hanging.end();
    await first;
  });

  it("lets the next in after one that failed, and keeps the failure to the one who caused it", async () => {
    const lock = keyLock();
    const failed = lock.write("key", async () => {
      throw new Error("disk full");
    });
    const next = lock.write("key", async () => "next");
    await expect(failed).rejects.toThrow("disk full");
    expect(await next).toBe("next");
  });

  it("SEC-42 goes ahead of one that never ends, who may not write any more, and keeps the order of the others", async () => {
    const lock = keyLock(1_000);
    const log: string[] = [];
    let wake = () => {};
    const slow = lock.write("key", async (assertMine) => {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      assertMine();
      log.push("the slow one wrote");
    });
    const refused = expect(slow).rejects.toThrow(/1000 ms/);
    const works = ["a", "b"].map((name) => work(log, name));
    const all = works.map(({ task }) => lock.write("key", task));
    await vi.advanceTimersByTimeAsync(999);
    expect(log).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toEqual(["a begins"]);
    wake();
    await refused;
    for (const { end } of works) end();
    expect(await Promise.all(all)).toEqual(["a", "b"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is patient with a long line that gets on", async () => {
    const lock = keyLock(1_000);
    const log: number[] = [];
    const all = Array.from({ length: 50 }, (_, index) =>
      lock.write("key", async (assertMine) => {
        await new Promise((resolve) => {
          setTimeout(resolve, 900);
        });
        assertMine();
        log.push(index);
      }),
    );
    await vi.advanceTimersByTimeAsync(50 * 900);
    await Promise.all(all);
    expect(log).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it("starts no timer when there is nobody to wait for, and leaves none behind", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const [one, two] = [work(log, "a"), work(log, "b")];
    const first = lock.write("key", one.task);
    expect(vi.getTimerCount()).toBe(0);
    const second = lock.read("key", two.task);
    await settle();
    expect(vi.getTimerCount()).toBe(1);
    one.end();
    two.end();
    await Promise.all([first, second]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
