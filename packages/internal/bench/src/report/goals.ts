import { cookieSessionContender } from "../contenders/cookie-session.ts";
import { expressSessionContender } from "../contenders/express-session.ts";
import type { BogusResult } from "../workloads/forged-ids.ts";
import { EMPTY_MIDDLEWARE, GOOD_COOKIE, type GroupName } from "../workloads/groups.ts";
import type { RoundTrips } from "../workloads/round-trips.ts";
import type { Comparison } from "./comparison.ts";
import { formatNumber } from "./workload-tables.ts";

/** Something that a run has to show. */
export interface Goal {
  readonly title: string;
  /** What it asks for, as one reads it: `≤ 1.05 ×`. */
  readonly target: string;
  /** What came out. `undefined` when it was not measured in this run. */
  readonly figure: string | undefined;
  readonly isMet: boolean | undefined;
}

/** What goals are judged by. Anything may be missing: then its goals are open. */
export interface Evidence {
  readonly comparison: Comparison;
  readonly bogus?: BogusResult | undefined;
  readonly roundTrips?: readonly RoundTrips[] | undefined;
  readonly sizes?: readonly { readonly mode: string; readonly ours: number; readonly peers: number }[] | undefined;
}

const FIRST = "read, first sight, 200 bytes";
const REPEAT = "read, repeat sight, 200 bytes";
const ON_NODES_MESSAGES = [cookieSessionContender.name, expressSessionContender.name];
/** A browser that comes back has the cookie that was set last. */
const WRITE = "write, repeat sight";

export function judge(evidence: Evidence): Goal[] {
  const { comparison } = evidence;
  return [
    atMost(
      "untouched: over a bare handler",
      "1",
      "µs",
      difference(comparison, "untouched", "untouched", "coatcheck", "bare handler"),
    ),
    atMost(
      "untouched: Hono over Hono with an empty middleware",
      "1.05",
      "×",
      ratio(comparison, "untouched", "untouched", "coatcheck in Hono", EMPTY_MIDDLEWARE),
    ),
    ...cookieModes().flatMap((group) => [
      ...fasterThanEachPeer(comparison, `${group}, repeat sight: faster than each peer`, group, REPEAT, 20),
      atMost(
        `${group}, repeat sight: over Hono with an empty middleware`,
        "5",
        "µs",
        difference(comparison, group, REPEAT, "coatcheck in Hono", EMPTY_MIDDLEWARE),
      ),
    ]),
    fasterThan(
      comparison,
      "signed, first sight: faster than Hono's signed cookie",
      "signed",
      "Hono's signed cookie",
      1.5,
    ),
    fasterThan(comparison, "signed, first sight: faster than iron-session", "signed", "iron-session", 5),
    atMost(
      "signed, first sight: over WebCrypto's HMAC",
      "2.2",
      "×",
      ratio(comparison, "signed", FIRST, "coatcheck", "WebCrypto HMAC"),
    ),
    fasterThan(comparison, "encrypted, first sight: faster than @hono/session", "encrypted", "@hono/session", 1.3),
    fasterThan(comparison, "encrypted, first sight: faster than iron-session", "encrypted", "iron-session", 3),
    atMost(
      "encrypted, first sight: over WebCrypto's AES-GCM",
      "2.2",
      "×",
      ratio(comparison, "encrypted", FIRST, "coatcheck", "WebCrypto AES-GCM"),
    ),
    ...protectedModes().flatMap((group) =>
      fasterThanEachPeer(comparison, `${group}, write: faster than each peer`, group, WRITE, 1.3),
    ),
    ...protectedModes().map((group) =>
      atMost(
        `${group}, tampered cookie: over a valid one`,
        "1",
        "×",
        ratio(comparison, group, "tampered cookie", "coatcheck", GOOD_COOKIE),
      ),
    ),
    bogusGoal(evidence.bogus),
    ...roundTripGoals(evidence.roundTrips),
    ...(evidence.sizes ?? []).map(({ mode, ours, peers }) =>
      atMost(`${mode}: bundle against @hono/session's`, "1", "×", ours / peers, true),
    ),
  ];
}

const cookieModes = () => ["signed", "encrypted"] as const;
const protectedModes = () => ["signed", "encrypted", "server"] as const;

/** Judges a figure that must not be greater than something, or has to be smaller. */
export function atMost(title: string, limit: string, unit: string, figure: number | undefined, isStrict = false): Goal {
  const isMet = figure === undefined ? undefined : isStrict ? figure < Number(limit) : figure <= Number(limit);
  return { title, target: `${isStrict ? "<" : "≤"} ${limit} ${unit}`, figure: show(figure, unit), isMet };
}

/** Judges a figure that must not be smaller than something. */
export function atLeast(title: string, limit: number, unit: string, figure: number | undefined, who = ""): Goal {
  const isMet = figure === undefined ? undefined : figure >= limit;
  const shown = show(figure, unit);
  return { title, target: `≥ ${limit} ${unit}`, figure: shown && shown + who, isMet };
}

function show(figure: number | undefined, unit: string): string | undefined {
  return figure === undefined ? undefined : `${formatNumber(figure)} ${unit}`;
}

function difference(
  comparison: Comparison,
  group: GroupName,
  work: string,
  one: string,
  other: string,
): number | undefined {
  return comparison.difference(group, work, one, other)?.median;
}

function ratio(comparison: Comparison, group: GroupName, work: string, one: string, other: string): number | undefined {
  return comparison.ratio(group, work, one, other)?.median;
}

/** How many times as long as coatcheck, in the same host, a peer takes for a first sight. */
function fasterThan(comparison: Comparison, title: string, group: GroupName, peer: string, limit: number): Goal {
  const base = comparison.base(group, peer) ?? "coatcheck";
  return atLeast(title, limit, "×", ratio(comparison, group, FIRST, peer, base));
}

/** The same for the peer that is closest; apart for those that are not given a `Request` and make no `Response`. */
function fasterThanEachPeer(
  comparison: Comparison,
  title: string,
  group: GroupName,
  work: string,
  limit: number,
): Goal[] {
  const peers = comparison
    .contenders(group, work)
    .filter((name) => isPeer(comparison, group, name))
    .map((name) => ({ name, ratio: ratio(comparison, group, work, name, comparison.base(group, name) ?? "coatcheck") }))
    .filter((peer): peer is { name: string; ratio: number } => peer.ratio !== undefined)
    .toSorted((a, b) => a.ratio - b.ratio);
  const onNode = peers.find(({ name }) => ON_NODES_MESSAGES.includes(name));
  const closest = peers.find(({ name }) => !ON_NODES_MESSAGES.includes(name));
  const judged = (about: string, peer: typeof closest) =>
    atLeast(title + about, limit, "×", peer?.ratio, peer && `, ${peer.name}`);
  return [judged("", closest), ...(onNode ? [judged(", on Node’s own messages", onNode)] : [])];
}

/** Neither coatcheck nor a floor, and protected in the way that the group is about. */
function isPeer(comparison: Comparison, group: GroupName, name: string): boolean {
  const isOurs = comparison.base(group, name) === name;
  const isOther = group === "signed" && name === "iron-session";
  return !isOurs && !isOther && name !== EMPTY_MIDDLEWARE && !name.startsWith("WebCrypto");
}

function bogusGoal(bogus: BogusResult | undefined): Goal {
  const signed = bogus?.series.find(({ contender }) => contender === "coatcheck, signed ids");
  const title = `${(bogus?.ids ?? 10_000).toLocaleString("en")} forged ids, signed: calls of the store`;
  return atMost(title, "0", "", signed?.storeCalls);
}

function roundTripGoals(roundTrips: readonly RoundTrips[] | undefined): Goal[] {
  const ours = (roundTrips ?? []).filter(({ contender }) => contender === "coatcheck");
  return ours.flatMap(({ store, untouched, unchanged, changed }) => [
    exactly(`${store}: round trips to read`, 1, unchanged),
    exactly(`${store}: round trips to write what was read`, 1, changed - unchanged),
    exactly(`${store}: round trips of a request that does not ask`, 0, untouched),
  ]);
}

/** Judges a count. */
function exactly(title: string, target: number, figure: number): Goal {
  return { title, target: `${target}`, figure: `${figure}`, isMet: figure === target };
}
