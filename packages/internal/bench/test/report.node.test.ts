import { describe, expect, it } from "vitest";
import { Comparison } from "../src/report/comparison.ts";
import { type Goal, judge } from "../src/report/goals.ts";
import { replaceBetween } from "../src/report/readme.ts";
import { contenderTable, formatNumber, groupTable } from "../src/report/workload-tables.ts";
import type { WorkResult } from "../src/workloads/measure-group.ts";

const FIRST = "read, first sight, 200 bytes";
const REPEAT = "read, repeat sight, 200 bytes";

/** Rounds of contenders, put in relation to coatcheck in their host. */
function result(group: WorkResult["group"], work: string, rounds: Record<string, readonly number[]>): WorkResult {
  const base = (name: string): string => {
    if (name.startsWith("coatcheck")) return name;
    return /hono/i.test(name) ? "coatcheck in Hono" : "coatcheck";
  };
  const series = Object.entries(rounds).map(([contender, times]) => ({
    contender,
    rounds: times,
    base: base(contender),
  }));
  return { group, work, series };
}

function goal(results: readonly WorkResult[], title: string): Goal | undefined {
  return judge({ comparison: new Comparison(results) }).find((each) => each.title === title);
}

describe("judge", () => {
  it("leaves open what was not measured", () => {
    const goals = judge({ comparison: new Comparison([]) });
    expect(goals.length).toBeGreaterThan(10);
    expect(new Set(goals.map(({ isMet }) => isMet))).toEqual(new Set([undefined]));
  });

  it("takes the difference to a bare handler, round by round", () => {
    const title = "untouched: over a bare handler";
    const met = result("untouched", "untouched", { coatcheck: [3, 13, 3], "bare handler": [2.1, 12.1, 2.1] });
    expect(goal([met], title)).toEqual({ title, target: "≤ 1 µs", figure: "0.90 µs", isMet: true });
    const missed = result("untouched", "untouched", { coatcheck: [3, 13, 3], "bare handler": [1.9, 11.9, 1.9] });
    expect(goal([missed], title)).toMatchObject({ figure: "1.10 µs", isMet: false });
  });

  it("compares what runs in Hono with coatcheck in Hono", () => {
    const title = "signed, first sight: faster than Hono's signed cookie";
    const rounds = { coatcheck: [10], "coatcheck in Hono": [20], "Hono's signed cookie": [31] };
    expect(goal([result("signed", FIRST, rounds)], title)).toMatchObject({ figure: "1.55 ×", isMet: true });
    const justSo = { ...rounds, "Hono's signed cookie": [30] };
    expect(goal([result("signed", FIRST, justSo)], title)).toMatchObject({ figure: "1.50 ×", isMet: true });
    const slower = { ...rounds, "coatcheck in Hono": [25] };
    expect(goal([result("signed", FIRST, slower)], title)).toMatchObject({ figure: "1.24 ×", isMet: false });
  });

  it("asks of the peer that is closest, and names it; floors and other protections are no peers", () => {
    const title = "signed, repeat sight: faster than each peer";
    const rounds = {
      ...{ coatcheck: [2], "coatcheck in Hono": [4], "WebCrypto HMAC": [1], "iron-session": [3] },
      ...{ "Hono, empty middleware": [3], "Hono's signed cookie": [100], "React Router": [42] },
    };
    expect(goal([result("signed", REPEAT, rounds)], title)).toMatchObject({
      figure: "21.0 ×, React Router",
      isMet: true,
    });
    const closer = { ...rounds, "Hono's signed cookie": [60] };
    expect(goal([result("signed", REPEAT, closer)], title)).toMatchObject({
      figure: "15.0 ×, Hono's signed cookie",
      isMet: false,
    });
  });

  it("judges apart who is given Node's own messages", () => {
    const rounds = { coatcheck: [2], "React Router": [42], "cookie-session": [10] };
    const results = [result("signed", REPEAT, rounds)];
    const title = "signed, repeat sight: faster than each peer";
    expect(goal(results, title)).toMatchObject({ figure: "21.0 ×, React Router", isMet: true });
    const apart = `${title}, on Node’s own messages`;
    expect(goal(results, apart)).toMatchObject({ figure: "5.00 ×, cookie-session", isMet: false });
  });

  it("asks that a tampered cookie is no dearer than a valid one", () => {
    const title = "signed, tampered cookie: over a valid one";
    const judged = (cost: number) =>
      goal([result("signed", "tampered cookie", { coatcheck: [cost], "coatcheck, good cookie": [20] })], title);
    expect(judged(19)).toMatchObject({ figure: "0.95 ×", isMet: true });
    expect(judged(21)).toMatchObject({ isMet: false });
  });

  it("counts round trips, and calls that forged ids caused", () => {
    const comparison = new Comparison([]);
    const counted = (changed: number, storeCalls: number) =>
      judge({
        comparison,
        bogus: { ids: 10_000, series: [{ contender: "coatcheck, signed ids", rounds: [1], storeCalls }] },
        roundTrips: [
          { contender: "coatcheck", store: "Redis", untouched: 0, unchanged: 1, changed, login: 3, forged: 1 },
        ],
      }).filter(({ isMet }) => isMet !== undefined);
    expect(counted(2, 0).map(({ isMet }) => isMet)).toEqual([true, true, true, true]);
    expect(counted(3, 1).map(({ isMet }) => isMet)).toEqual([false, true, false, true]);
  });

  it("asks for a smaller bundle, not for one of the same size", () => {
    const judged = (ours: number) =>
      judge({ comparison: new Comparison([]), sizes: [{ mode: "server", ours, peers: 100 }] }).at(-1)?.isMet;
    expect([judged(99), judged(100)]).toEqual([true, false]);
  });
});

describe("tables", () => {
  const comparison = new Comparison([
    result("signed", FIRST, { coatcheck: [10, 20, 30], "React Router": [20, 40, 60], "WebCrypto HMAC": [5, 10, 15] }),
  ]);

  it("show coatcheck in microseconds and the others in relation to it, with the middle half of the rounds", () => {
    expect(groupTable(comparison, "signed").split("\n")).toEqual([
      `|${" ".repeat(30)}|    coatcheck, µs |  React Router, × | WebCrypto HMAC, × |`,
      `| ${"-".repeat(28)} | ---------------: | ---------------: | ----------------: |`,
      `| ${FIRST} | 20.0 (10.0–30.0) | 2.00 (2.00–2.00) |  0.50 (0.50–0.50) |`,
    ]);
  });

  it("show contenders in lines, for a single work", () => {
    expect(contenderTable(comparison, "signed", FIRST)).toMatch(
      /^\| React Router +\| 40\.0 \(20\.0–60\.0\) \| +coatcheck \| 2\.00/m,
    );
  });

  it("show three figures that matter", () => {
    expect([0.123, 1.234, 12.34, 123.4, 1234.5].map(formatNumber)).toEqual(["0.12", "1.23", "12.3", "123", "1,235"]);
  });
});

describe("replaceBetween", () => {
  it("replaces what is between the marks, and nothing else", () => {
    const page = "before\n<!-- bench:results -->\nold\n<!-- /bench:results -->\nafter\n";
    expect(replaceBetween(page, "results", "new", "a page")).toBe(
      "before\n<!-- bench:results -->\n\nnew\n\n<!-- /bench:results -->\nafter\n",
    );
  });

  it("refuses a page without marks", () => {
    expect(() => replaceBetween("nothing", "results", "new", "a page")).toThrow("a page has no <!-- bench:results -->");
  });
});
