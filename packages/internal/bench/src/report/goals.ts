import { cookieSessionContender } from "../contenders/cookie-session.ts";
import { expressSessionContender } from "../contenders/express-session.ts";
import type { ForgedIdsResult } from "../workloads/forged-ids.ts";
import { EMPTY_MIDDLEWARE, type GroupName, VALID_COOKIE } from "../workloads/groups.ts";
import type { RoundTrips } from "../workloads/round-trips.ts";
import type { Comparison } from "./comparison.ts";
import { formatNumber } from "./workload-tables.ts";

/** A result that a run should have. */
export interface Goal {
  readonly title: string;
  /** The target as text: `≤ 1.05 ×`. */
  readonly target: string;
  /** The measured value. `undefined` when it was not measured in this run. */
  readonly figure: string | undefined;
  readonly isMet: boolean | undefined;
}

/** The measurements that goals are judged by. Goals of missing measurements stay open. */
export interface Evidence {
  readonly comparison: Comparison;
  readonly forgedIds?: ForgedIdsResult | undefined;
  readonly roundTrips?: readonly RoundTrips[] | undefined;
  readonly sizes?: readonly { readonly mode: string; readonly ours: number; readonly peers: number }[] | undefined;
}

const NEW_COOKIE = "read, new cookie, 200 bytes";
const REPEATED_COOKIE = "read, repeated cookie, 200 bytes";
/** A browser that comes back sends the cookie that was set last. */
const WRITE = "write, repeated cookie";
const ON_NODES_MESSAGES = [cookieSessionContender.name, expressSessionContender.name];

export function judge(evidence: Evidence): Goal[] {
  const { comparison } = evidence;
  return [
    atMost(
      "unread: added to a bare handler",
      "1",
      "µs",
      difference(comparison, "unread", "unread", "coatcheck", "bare handler"),
    ),
    atMost(
      "unread: in Hono, relative to an empty middleware",
      "1.05",
      "×",
      ratio(comparison, "unread", "unread", "coatcheck in Hono", EMPTY_MIDDLEWARE),
    ),
    ...cookieModes().flatMap((group) => [
      ...fasterThanEveryPeer(
        comparison,
        `${group}, repeated cookie: faster than every peer`,
        group,
        REPEATED_COOKIE,
        20,
      ),
      atMost(
        `${group}, repeated cookie: added to Hono with an empty middleware`,
        "5",
        "µs",
        difference(comparison, group, REPEATED_COOKIE, "coatcheck in Hono", EMPTY_MIDDLEWARE),
      ),
    ]),
    fasterThan(
      comparison,
      "signed, new cookie: faster than Hono's signed cookie",
      "signed",
      "Hono's signed cookie",
      1.5,
    ),
    fasterThan(comparison, "signed, new cookie: faster than iron-session", "signed", "iron-session", 5),
    atMost(
      "signed, new cookie: relative to WebCrypto's HMAC",
      "2.2",
      "×",
      ratio(comparison, "signed", NEW_COOKIE, "coatcheck", "WebCrypto HMAC"),
    ),
    fasterThan(comparison, "encrypted, new cookie: faster than @hono/session", "encrypted", "@hono/session", 1.3),
    fasterThan(comparison, "encrypted, new cookie: faster than iron-session", "encrypted", "iron-session", 3),
    atMost(
      "encrypted, new cookie: relative to WebCrypto's AES-GCM",
      "2.2",
      "×",
      ratio(comparison, "encrypted", NEW_COOKIE, "coatcheck", "WebCrypto AES-GCM"),
    ),
    ...protectedModes().flatMap((group) =>
      fasterThanEveryPeer(comparison, `${group}, write: faster than every peer`, group, WRITE, 1.3),
    ),
    ...protectedModes().map((group) =>
      atMost(
        `${group}, tampered cookie: relative to a valid one`,
        "1",
        "×",
        ratio(comparison, group, "tampered cookie", "coatcheck", VALID_COOKIE),
      ),
    ),
    forgedIdsGoal(evidence.forgedIds),
    ...roundTripGoals(evidence.roundTrips),
    ...(evidence.sizes ?? []).map(({ mode, ours, peers }) =>
      atMost(`${mode}: bundle size relative to @hono/session`, "1", "×", ours / peers, true),
    ),
  ];
}

/** Judges a figure that must be at most `limit`; with `isStrict`, below it. */
export function atMost(title: string, limit: string, unit: string, figure: number | undefined, isStrict = false): Goal {
  const isMet = figure === undefined ? undefined : isStrict ? figure < Number(limit) : figure <= Number(limit);
  return { title, target: `${isStrict ? "<" : "≤"} ${limit} ${unit}`, figure: format(figure, unit), isMet };
}

/** Judges a figure that must be at least `limit`. */
export function atLeast(title: string, limit: number, unit: string, figure: number | undefined, suffix = ""): Goal {
  const isMet = figure === undefined ? undefined : figure >= limit;
  const formatted = format(figure, unit);
  return { title, target: `≥ ${limit} ${unit}`, figure: formatted && formatted + suffix, isMet };
}

const cookieModes = () => ["signed", "encrypted"] as const;
const protectedModes = () => ["signed", "encrypted", "server"] as const;

function format(figure: number | undefined, unit: string): string | undefined {
  return figure === undefined ? undefined : `${formatNumber(figure)} ${unit}`;
}

function difference(
  comparison: Comparison,
  group: GroupName,
  workload: string,
  one: string,
  other: string,
): number | undefined {
  return comparison.difference(group, workload, one, other)?.median;
}

function ratio(
  comparison: Comparison,
  group: GroupName,
  workload: string,
  one: string,
  other: string,
): number | undefined {
  return comparison.ratio(group, workload, one, other)?.median;
}

/** How many times faster than a peer coatcheck reads a new cookie, on the same host. */
function fasterThan(comparison: Comparison, title: string, group: GroupName, peer: string, limit: number): Goal {
  const baseline = comparison.baseline(group, peer) ?? "coatcheck";
  return atLeast(title, limit, "×", ratio(comparison, group, NEW_COOKIE, peer, baseline));
}

/**
 * How many times faster coatcheck is than its fastest peer. Libraries that get Node's own messages, with no `Request` and
 * no `Response`, have a goal of their own.
 */
function fasterThanEveryPeer(
  comparison: Comparison,
  title: string,
  group: GroupName,
  workload: string,
  limit: number,
): Goal[] {
  const peers = comparison
    .contenders(group, workload)
    .filter((name) => isPeer(comparison, group, name))
    .map((name) => {
      const baseline = comparison.baseline(group, name) ?? "coatcheck";
      return { name, ratio: ratio(comparison, group, workload, name, baseline) };
    })
    .filter((peer): peer is { name: string; ratio: number } => peer.ratio !== undefined)
    .toSorted((a, b) => a.ratio - b.ratio);
  const fastest = peers.find(({ name }) => !ON_NODES_MESSAGES.includes(name));
  const fastestOnNode = peers.find(({ name }) => ON_NODES_MESSAGES.includes(name));
  const goalFor = (suffix: string, peer: typeof fastest) =>
    atLeast(title + suffix, limit, "×", peer?.ratio, peer && `, ${peer.name}`);
  return [goalFor("", fastest), ...(fastestOnNode ? [goalFor(", on Node's own messages", fastestOnNode)] : [])];
}

/** Whether a contender is a library with the protection of this group: not coatcheck, a floor or a bare host. */
function isPeer(comparison: Comparison, group: GroupName, name: string): boolean {
  const isOurs = comparison.baseline(group, name) === name;
  const hasOtherProtection = group === "signed" && name === "iron-session";
  return !isOurs && !hasOtherProtection && name !== EMPTY_MIDDLEWARE && !name.startsWith("WebCrypto");
}

function forgedIdsGoal(forgedIds: ForgedIdsResult | undefined): Goal {
  const signed = forgedIds?.series.find(({ contender }) => contender === "coatcheck, signed ids");
  const title = `${(forgedIds?.ids ?? 10_000).toLocaleString("en")} forged ids, signed: store calls`;
  return atMost(title, "0", "", signed?.storeCalls);
}

function roundTripGoals(roundTrips: readonly RoundTrips[] | undefined): Goal[] {
  const ours = (roundTrips ?? []).filter(({ contender }) => contender === "coatcheck");
  return ours.flatMap(({ store, unread, read, write }) => [
    exactly(`${store}: round trips to read`, 1, read),
    exactly(`${store}: further round trips to write`, 1, write - read),
    exactly(`${store}: round trips without a read`, 0, unread),
  ]);
}

/** Judges a count. */
function exactly(title: string, target: number, figure: number): Goal {
  return { title, target: `${target}`, figure: `${figure}`, isMet: figure === target };
}
