import { describe, expect, it } from "vitest";
import { Comparison } from "../src/report/comparison.ts";
import { type Goal, judge } from "../src/report/goals.ts";
import { replaceBetween } from "../src/report/readme.ts";
import { contenderTable, formatNumber, groupTable } from "../src/report/workload-tables.ts";
import type { WorkloadResult } from "../src/workloads/measure-group.ts";

const NEW_COOKIE = "read, new cookie, 200 bytes";
const REPEATED_COOKIE = "read, repeated cookie, 200 bytes";

/** A result with the rounds of each contender. Its baseline is coatcheck on the same host. */
function result(
  group: WorkloadResult["group"],
  workload: string,
  rounds: Record<string, readonly number[]>,
): WorkloadResult {
  const baselineOf = (name: string): string => {
    if (name.startsWith("coatcheck")) return name;
    return /hono/i.test(name) ? "coatcheck in Hono" : "coatcheck";
  };
  const series = Object.entries(rounds).map(([contender, times]) => ({
    contender,
    rounds: times,
    baseline: baselineOf(contender),
  }));
  return { group, workload, series };
}

function goal(results: readonly WorkloadResult[], title: string): Goal | undefined {
  return judge({ comparison: new Comparison(results) }).find((each) => each.title === title);
}

describe("judge", () => {
  it("leaves goals open when they were not measured", () => {
    const goals = judge({ comparison: new Comparison([]) });
    expect(goals.length).toBeGreaterThan(10);
    expect(new Set(goals.map(({ isMet }) => isMet))).toEqual(new Set([undefined]));
  });

  it("computes the difference from a bare handler round by round", () => {
    const title = "unread: added to a bare handler";
    const met = result("unread", "unread", { coatcheck: [3, 13, 3], "bare handler": [2.1, 12.1, 2.1] });
    expect(goal([met], title)).toEqual({ title, target: "≤ 1 µs", figure: "0.90 µs", isMet: true });
    const missed = result("unread", "unread", { coatcheck: [3, 13, 3], "bare handler": [1.9, 11.9, 1.9] });
    expect(goal([missed], title)).toMatchObject({ figure: "1.10 µs", isMet: false });
  });

  it("compares libraries in Hono with coatcheck in Hono", () => {
    const title = "signed, new cookie: faster than Hono's signed cookie";
    const rounds = { coatcheck: [10], "coatcheck in Hono": [20], "Hono's signed cookie": [31] };
    expect(goal([result("signed", NEW_COOKIE, rounds)], title)).toMatchObject({ figure: "1.55 ×", isMet: true });
    const exactly = { ...rounds, "Hono's signed cookie": [30] };
    expect(goal([result("signed", NEW_COOKIE, exactly)], title)).toMatchObject({ figure: "1.50 ×", isMet: true });
    const slower = { ...rounds, "coatcheck in Hono": [25] };
    expect(goal([result("signed", NEW_COOKIE, slower)], title)).toMatchObject({ figure: "1.24 ×", isMet: false });
  });

  it("judges by the fastest peer and names it, without floors and libraries with another protection", () => {
    const title = "signed, repeated cookie: faster than every peer";
    const rounds = {
      ...{ coatcheck: [2], "coatcheck in Hono": [4], "WebCrypto HMAC": [1], "iron-session": [3] },
      ...{ "Hono, empty middleware": [3], "Hono's signed cookie": [100], "React Router": [42] },
    };
    expect(goal([result("signed", REPEATED_COOKIE, rounds)], title)).toMatchObject({
      figure: "21.0 ×, React Router",
      isMet: true,
    });
    const closer = { ...rounds, "Hono's signed cookie": [60] };
    expect(goal([result("signed", REPEATED_COOKIE, closer)], title)).toMatchObject({
      figure: "15.0 ×, Hono's signed cookie",
      isMet: false,
    });
  });

  it("has a goal of its own for libraries on Node's own messages", () => {
    const rounds = { coatcheck: [2], "React Router": [42], "cookie-session": [10] };
    const results = [result("signed", REPEATED_COOKIE, rounds)];
    const title = "signed, repeated cookie: faster than every peer";
    expect(goal(results, title)).toMatchObject({ figure: "21.0 ×, React Router", isMet: true });
    const nodeTitle = `${title}, on Node's own messages`;
    expect(goal(results, nodeTitle)).toMatchObject({ figure: "5.00 ×, cookie-session", isMet: false });
  });

  it("is missed when a tampered cookie takes longer than a valid one", () => {
    const title = "signed, tampered cookie: relative to a valid one";
    const judged = (cost: number) =>
      goal([result("signed", "tampered cookie", { coatcheck: [cost], "coatcheck, valid cookie": [20] })], title);
    expect(judged(19)).toMatchObject({ figure: "0.95 ×", isMet: true });
    expect(judged(21)).toMatchObject({ isMet: false });
  });

  it("judges round trips, and the store calls of forged ids", () => {
    const comparison = new Comparison([]);
    const counted = (write: number, storeCalls: number) =>
      judge({
        comparison,
        forgedIds: { ids: 10_000, series: [{ contender: "coatcheck, signed ids", rounds: [1], storeCalls }] },
        roundTrips: [{ contender: "coatcheck", store: "Redis", unread: 0, read: 1, write, login: 3, forged: 1 }],
      }).filter(({ isMet }) => isMet !== undefined);
    expect(counted(2, 0).map(({ isMet }) => isMet)).toEqual([true, true, true, true]);
    expect(counted(3, 1).map(({ isMet }) => isMet)).toEqual([false, true, false, true]);
  });

  it("requires a smaller bundle than that of the peer", () => {
    const judged = (ours: number) =>
      judge({ comparison: new Comparison([]), sizes: [{ mode: "server", ours, peers: 100 }] }).at(-1)?.isMet;
    expect([judged(99), judged(100)]).toEqual([true, false]);
  });
});

describe("tables", () => {
  const comparison = new Comparison([
    result("signed", NEW_COOKIE, {
      coatcheck: [10, 20, 30],
      "React Router": [20, 40, 60],
      "WebCrypto HMAC": [5, 10, 15],
    }),
  ]);

  it("show coatcheck in microseconds, the ratios of the others, and the middle half of the rounds", () => {
    expect(groupTable(comparison, "signed").split("\n")).toEqual([
      `|${" ".repeat(29)}|    coatcheck, µs |  React Router, × | WebCrypto HMAC, × |`,
      `| ${"-".repeat(27)} | ---------------: | ---------------: | ----------------: |`,
      `| ${NEW_COOKIE} | 20.0 (10.0–30.0) | 2.00 (2.00–2.00) |  0.50 (0.50–0.50) |`,
    ]);
  });

  it("show one contender per row when there is one workload", () => {
    expect(contenderTable(comparison, "signed", NEW_COOKIE)).toMatch(
      /^\| React Router +\| 40\.0 \(20\.0–60\.0\) \| +coatcheck \| 2\.00/m,
    );
  });

  it("show three significant digits", () => {
    expect([0.123, 1.234, 12.34, 123.4, 1234.5].map(formatNumber)).toEqual(["0.12", "1.23", "12.3", "123", "1,235"]);
  });
});

describe("replaceBetween", () => {
  it("replaces the text between the markers only", () => {
    const page = "before\n<!-- bench:results -->\nold\n<!-- /bench:results -->\nafter\n";
    expect(replaceBetween(page, "results", "new", "a page")).toBe(
      "before\n<!-- bench:results -->\n\nnew\n\n<!-- /bench:results -->\nafter\n",
    );
  });

  it("rejects a page without markers", () => {
    expect(() => replaceBetween("nothing", "results", "new", "a page")).toThrow("a page has no <!-- bench:results -->");
  });
});
