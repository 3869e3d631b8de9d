import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keyLock } from "../src/key-lock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A task that runs until `end` is called, and logs its begin and end. */
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

/** Runs all tasks that do not wait for a timer. */
const runPending = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("keyLock", () => {
  it("runs the writers of a key one after another, in order", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const works = ["a", "b", "c"].map((name) => work(log, name));
    const all = works.map(({ task }) => lock.write("key", task));
    for (const { end } of works.toReversed()) end();
    expect(await Promise.all(all)).toEqual(["a", "b", "c"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("runs readers together but never beside a writer, and none before a waiting writer", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const [first, second, writer, last] = ["r1", "r2", "w", "r3"].map((name) => work(log, name));
    if (!first || !second || !writer || !last) throw new Error("the test needs four tasks");
    const all = [
      lock.read("key", first.task),
      lock.read("key", second.task),
      lock.write("key", writer.task),
      lock.read("key", last.task),
    ];
    await runPending();
    expect(log).toEqual(["r1 begins", "r2 begins"]);
    second.end();
    await runPending();
    expect(log).not.toContain("w begins");
    first.end();
    await runPending();
    expect(log.at(-1)).toBe("w begins");
    writer.end();
    last.end();
    await Promise.all(all);
    expect(log.slice(-3)).toEqual(["w ends", "r3 begins", "r3 ends"]);
  });

  it("does not wait for another key", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const hanging = work(log, "a");
    const first = lock.write("a", hanging.task);
    expect(await lock.write("b", async () => "b")).toBe("b");
    hanging.end();
    await first;
  });

  it("runs the next task after a failed one, which alone rejects", async () => {
    const lock = keyLock();
    const failed = lock.write("key", async () => {
      throw new Error("disk full");
    });
    const next = lock.write("key", async () => "next");
    await expect(failed).rejects.toThrow("disk full");
    expect(await next).toBe("next");
  });

  it("SEC-42 overtakes a task that never ends, which may not write any more, and keeps the order of the others", async () => {
    const lock = keyLock(1_000);
    const log: string[] = [];
    let wake = () => {};
    const slow = lock.write("key", async (assertHeld) => {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      assertHeld();
      log.push("the stalled task wrote");
    });
    const rejected = expect(slow).rejects.toThrow(/1000 ms/);
    const works = ["a", "b"].map((name) => work(log, name));
    const all = works.map(({ task }) => lock.write("key", task));
    await vi.advanceTimersByTimeAsync(999);
    expect(log).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toEqual(["a begins"]);
    wake();
    await rejected;
    for (const { end } of works) end();
    expect(await Promise.all(all)).toEqual(["a", "b"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for a long queue as long as tasks leave it", async () => {
    const lock = keyLock(1_000);
    const log: number[] = [];
    const all = Array.from({ length: 50 }, (_, index) =>
      lock.write("key", async (assertHeld) => {
        await new Promise((resolve) => {
          setTimeout(resolve, 900);
        });
        assertHeld();
        log.push(index);
      }),
    );
    await vi.advanceTimersByTimeAsync(50 * 900);
    await Promise.all(all);
    expect(log).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it("starts no timer without earlier tasks, and leaves none behind", async () => {
    const lock = keyLock();
    const log: string[] = [];
    const [one, two] = [work(log, "a"), work(log, "b")];
    const first = lock.write("key", one.task);
    expect(vi.getTimerCount()).toBe(0);
    const second = lock.read("key", two.task);
    await runPending();
    expect(vi.getTimerCount()).toBe(1);
    one.end();
    two.end();
    await Promise.all([first, second]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
