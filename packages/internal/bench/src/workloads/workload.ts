import type { Action } from "../contenders/contender.ts";
import { tamper } from "./tamper.ts";

/** A kind of request that contenders handle over and over. */
export interface Workload {
  /** Its name in the tables. */
  readonly name: string;
  readonly action: Action;
  /** Bytes of the session's data. */
  readonly size: number;
  /**
   * `new`: each cookie is used once, by an application that has just started, so no cache can help.
   * `repeated`: one cookie is used again and again, as by a browser that loads a page with many resources.
   */
  readonly cookies: "new" | "repeated";
  /** Changes a cookie before it is used. */
  readonly alter?: (cookie: string) => string;
  /** A session can be used once only: each round needs new ones. */
  readonly isConsuming?: true;
}

export const UNREAD: Workload = { name: "unread", action: "unread", size: 200, cookies: "repeated" };

/** The workloads of contenders that have sessions. */
export const SESSION_WORKLOADS: readonly Workload[] = [
  { name: "read, new cookie, 200 bytes", action: "read", size: 200, cookies: "new" },
  { name: "read, new cookie, 2 kB", action: "read", size: 2_000, cookies: "new" },
  { name: "read, repeated cookie, 200 bytes", action: "read", size: 200, cookies: "repeated" },
  { name: "read, repeated cookie, 2 kB", action: "read", size: 2_000, cookies: "repeated" },
  { name: "write, new cookie", action: "write", size: 200, cookies: "new" },
  { name: "write, repeated cookie", action: "write", size: 200, cookies: "repeated" },
  { name: "login", action: "login", size: 200, cookies: "new", isConsuming: true },
  { name: "tampered cookie", action: "read", size: 200, cookies: "new", alter: tamper },
];
