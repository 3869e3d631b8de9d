import type { Action } from "../contenders/contender.ts";
import { tamper } from "./tamper.ts";

/** What contenders are asked to do over and over. */
export interface Work {
  /** What tables call it. */
  readonly name: string;
  readonly action: Action;
  /** Bytes of the session's data. */
  readonly size: number;
  /**
   * `first`: each cookie is used once by an application that has just started, so nothing can be remembered of it.
   * `repeat`: one cookie is used again and again, as by a browser that loads a page with much on it.
   */
  readonly sight: "first" | "repeat";
  /** What becomes of a cookie before it is used. */
  readonly alter?: (cookie: string) => string;
  /** A session is good for one use: there have to be new ones for each round. */
  readonly isConsuming?: true;
}

export const UNTOUCHED: Work = { name: "untouched", action: "untouched", size: 200, sight: "repeat" };

/** What contenders that keep sessions are measured by. */
export const SESSION_WORKS: readonly Work[] = [
  { name: "read, first sight, 200 bytes", action: "read", size: 200, sight: "first" },
  { name: "read, first sight, 2 kB", action: "read", size: 2_000, sight: "first" },
  { name: "read, repeat sight, 200 bytes", action: "read", size: 200, sight: "repeat" },
  { name: "read, repeat sight, 2 kB", action: "read", size: 2_000, sight: "repeat" },
  { name: "write, first sight", action: "write", size: 200, sight: "first" },
  { name: "write, repeat sight", action: "write", size: 200, sight: "repeat" },
  { name: "login", action: "login", size: 200, sight: "first", isConsuming: true },
  { name: "tampered cookie", action: "read", size: 200, sight: "first", alter: tamper },
];
