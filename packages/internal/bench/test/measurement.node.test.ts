import { describe, expect, it } from "vitest";
import { takeTurns, turnOrder } from "../src/measurement/rounds.ts";
import { median, pairwise, quantile, spread } from "../src/measurement/statistics.ts";
import { timeCalls } from "../src/measurement/timing.ts";

describe("quantile", () => {
  it("returns the value above that share of the values, and leaves their order unchanged", () => {
    const values = [40, 10, 30, 20, 50];
    expect([0, 0.25, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([10, 20, 30, 50, 50]);
    expect(values).toEqual([40, 10, 30, 20, 50]);
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("compares numbers, not texts: 9 is smaller than 10", () => {
    expect(median([10, 9, 11])).toBe(10);
  });
});

describe("spread", () => {
  it("returns the median and the limits of the middle half", () => {
    expect(spread([5, 1, 4, 2, 3])).toEqual({ low: 2, median: 3, high: 4 });
  });
});

describe("pairwise", () => {
  it("combines the values of each round, so that a slow round affects both", () => {
    const ratios = pairwise([20, 200, 22], [10, 100, 11], (a, b) => a / b);
    expect(ratios).toEqual([2, 2, 2]);
  });

  it("rejects series with different numbers of rounds", () => {
    expect(() => pairwise([1], [1, 2], (a, b) => a - b)).toThrow("the same number of rounds");
  });
});

describe("takeTurns", () => {
  it("gives each contestant one turn per round, and lets the next one start each round", async () => {
    const turns: string[] = [];
    const results = await takeTurns(["a", "b", "c"], 4, async (name, round) => {
      turns.push(name);
      return `${name}${round}`;
    });
    expect(turns.join("")).toBe("abc" + "bca" + "cab" + "abc");
    expect(results).toEqual([
      ["a0", "a1", "a2", "a3"],
      ["b0", "b1", "b2", "b3"],
      ["c0", "c1", "c2", "c3"],
    ]);
    expect(turnOrder(3, 2)).toEqual([2, 0, 1]);
  });
});

describe("timeCalls", () => {
  it("calls the function as often as given", async () => {
    let calls = 0;
    const { typical, mean } = await timeCalls(async () => (calls += 1), { time: 0, iterations: 20, warmup: false });
    expect(calls).toBe(20);
    expect(typical).toBeGreaterThanOrEqual(0);
    expect(mean).toBeGreaterThan(0);
  });

  it("fails when the measured function fails", async () => {
    const fail = async () => Promise.reject(new Error("broken"));
    await expect(timeCalls(fail, { time: 0, iterations: 2, warmup: false })).rejects.toThrow("broken");
  });
});
