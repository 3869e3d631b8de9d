import type { Contender, Host } from "../contenders/contender.ts";
import { SESSION_WORKS, UNTOUCHED, type Work } from "./workload.ts";

/** What is compared with each other: contenders that protect their sessions in the same way, doing the same works. */
export interface Group {
  readonly name: GroupName;
  readonly title: string;
  readonly works: readonly Work[];
  /** How many times as many rounds as were asked for. @default 1 */
  readonly moreRounds?: number;
  readonly isMember: (contender: Contender) => boolean;
}

export type GroupName = "untouched" | "signed" | "encrypted" | "server" | "redis";

/** Without sessions, so that its distance from coatcheck in Hono is what the session costs. */
export const EMPTY_MIDDLEWARE = "Hono, empty middleware";

/** coatcheck with cookies that nobody changed, measured beside those that somebody did. */
export const GOOD_COOKIE = "coatcheck, good cookie";

const REDIS_WORKS: readonly Work[] = SESSION_WORKS.filter(
  ({ size, sight, alter, action }) => size === 200 && alter === undefined && (sight === "first" || action === "read"),
);

export const GROUPS: readonly Group[] = [
  {
    name: "untouched",
    title: "A request that does not ask for its session",
    works: [UNTOUCHED],
    // Differences of less than a microsecond are looked for here.
    moreRounds: 4,
    isMember: ({ name }) => name !== "coatcheck, signed ids",
  },
  {
    name: "signed",
    title: "Signed cookies",
    works: SESSION_WORKS,
    // Which has nothing signed: its cookie is encrypted, and a goal speaks of it.
    isMember: ({ name, protection }) => protection === "signed" || ["iron-session", EMPTY_MIDDLEWARE].includes(name),
  },
  {
    name: "encrypted",
    title: "Encrypted cookies",
    works: SESSION_WORKS,
    isMember: ({ name, protection }) => protection === "encrypted" || name === EMPTY_MIDDLEWARE,
  },
  {
    name: "server",
    title: "Sessions in memory",
    works: SESSION_WORKS,
    isMember: ({ protection }) => protection === "server",
  },
  {
    name: "redis",
    title: "Sessions in Redis",
    works: REDIS_WORKS,
    isMember: ({ protection }) => protection === "Redis",
  },
];

/** The contenders of a group, each name once: where nothing is asked of a session, the first mode stands for all. */
export function membersOf(group: Group, contenders: readonly Contender[]): Contender[] {
  const members = contenders.filter((contender) => group.isMember(contender));
  return members.filter(({ name }, index) => members.findIndex((other) => other.name === name) === index);
}

/** The name of what a contender is compared with: coatcheck in the same host, where there is one. */
export function baseOf(host: Host): string {
  return host === "Hono" ? "coatcheck in Hono" : "coatcheck";
}
