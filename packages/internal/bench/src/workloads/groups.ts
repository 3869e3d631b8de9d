import type { Contender, Host } from "../contenders/contender.ts";
import { SESSION_WORKLOADS, UNREAD, type Workload } from "./workload.ts";

/** Contenders that protect their sessions in the same way, with the workloads in which they are compared. */
export interface Group {
  readonly name: GroupName;
  readonly title: string;
  readonly workloads: readonly Workload[];
  /** Multiplies the number of rounds. @default 1 */
  readonly moreRounds?: number;
  readonly isMember: (contender: Contender) => boolean;
}

export type GroupName = "unread" | "signed" | "encrypted" | "server" | "redis";

/** Hono without sessions: its distance from coatcheck in Hono is the cost of the session. */
export const EMPTY_MIDDLEWARE = "Hono, empty middleware";

/** coatcheck with valid cookies, measured in the same rounds as the tampered ones. */
export const VALID_COOKIE = "coatcheck, valid cookie";

const REDIS_WORKLOADS: readonly Workload[] = SESSION_WORKLOADS.filter(
  ({ size, cookies, alter, action }) => size === 200 && alter === undefined && (cookies === "new" || action === "read"),
);

export const GROUPS: readonly Group[] = [
  {
    name: "unread",
    title: "Requests that do not read the session",
    workloads: [UNREAD],
    // The differences are below a microsecond.
    moreRounds: 4,
    isMember: ({ name }) => name !== "coatcheck, signed ids",
  },
  {
    name: "signed",
    title: "Signed cookies",
    workloads: SESSION_WORKLOADS,
    // iron-session encrypts its cookie. It is here because a goal compares signed cookies with it.
    isMember: ({ name, protection }) => protection === "signed" || ["iron-session", EMPTY_MIDDLEWARE].includes(name),
  },
  {
    name: "encrypted",
    title: "Encrypted cookies",
    workloads: SESSION_WORKLOADS,
    isMember: ({ name, protection }) => protection === "encrypted" || name === EMPTY_MIDDLEWARE,
  },
  {
    name: "server",
    title: "Sessions in memory",
    workloads: SESSION_WORKLOADS,
    isMember: ({ protection }) => protection === "server",
  },
  {
    name: "redis",
    title: "Sessions in Redis",
    workloads: REDIS_WORKLOADS,
    isMember: ({ protection }) => protection === "Redis",
  },
];

/** The contenders of a group, each name once: where no session is read, the first mode represents all modes. */
export function membersOf(group: Group, contenders: readonly Contender[]): Contender[] {
  const members = contenders.filter((contender) => group.isMember(contender));
  return members.filter(({ name }, index) => members.findIndex((other) => other.name === name) === index);
}

/** The contender that others on this host are compared with: coatcheck on the same host, where there is one. */
export function baselineOf(host: Host): string {
  return host === "Hono" ? "coatcheck in Hono" : "coatcheck";
}
