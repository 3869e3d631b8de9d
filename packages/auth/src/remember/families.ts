import { IdCollisionError, type StoredSession } from "@coatcheck/core";
import { type AskStore, parseJson, sha256 } from "@coatcheck/core/toolkit";
import type { AnySessionManager } from "../manager/account-extension.ts";
import type { RememberEndReason, RememberEventListener, RememberRejectReason } from "./events.ts";
import { type SessionGroups, sessionGroups } from "./family-members.ts";
import { type Chain, isChain } from "./rotation.ts";

/** A login with `remember`, and what a browser may still make of it. Instants are epoch milliseconds. */
export interface Family extends FamilyFacts {
  /** Where it is kept, and its public name. */
  readonly key: string;
  readonly chain: Chain;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly version: number;
}

/** What the sessions that come of it inherit from the login. */
interface FamilyFacts {
  readonly subject: string;
  /** See `LoginFacts`. */
  readonly browser?: string | undefined;
  /** See `LoginOptions`. */
  readonly sid?: string | undefined;
  readonly endsAt?: number | undefined;
}

/** The families in a store, and the sessions that came of each. */
export interface RememberFamilies {
  readonly members: SessionGroups;
  create(family: Omit<Family, "version">): Promise<void>;
  find(
    key: string,
    now: number,
  ): Promise<Family | Extract<RememberRejectReason, "not-found" | "expired" | "invalid-data">>;
  /** Keeps another chain, if the family is still as it was found. */
  update(family: Family, chain: Chain): Promise<"ok" | "conflict" | "gone">;
  /**
   * Ends a family, and then the sessions that came of it: in this order, so that a request which is making one more either
   * finds the family gone, or has its session found here. One that was there is told of by an event; `false` when somebody
   * else had ended it.
   */
  end(key: string, sessions: AnySessionManager, reason: RememberEndReason | "theft"): Promise<boolean>;
  keysOf(subject: string): Promise<readonly string[]>;
}

export function rememberFamilies(ask: AskStore, emit: RememberEventListener): RememberFamilies {
  const members = sessionGroups(ask, "remember");
  // Not the subject itself, which may be longer than fits with a prefix, or the name of one of our groups.
  const toIndex = (subject: string): Promise<string> => sha256(`remember subject ${subject}`);

  return {
    members,

    async create(family) {
      const isNew = await ask("create", family.key, await toRecord({ ...family, version: 1 }));
      if (!isNew) throw new IdCollisionError("The store takes no fresh key: check its create().");
    },

    async find(key, now) {
      const found = await ask("load", key);
      if (found === null) return "not-found";
      const { chain, subject, browser, sid, endsAt } = Object(parseJson(found.data));
      const { createdAt, expiresAt, version } = found;
      const isReadable = isChain(chain) && typeof subject === "string" && [expiresAt, version].every(Number.isFinite);
      if (!isReadable) return "invalid-data";
      if (now >= expiresAt) return "expired";
      return { key, chain, subject, browser, sid, endsAt, createdAt, expiresAt, version };
    },

    async update(family, chain) {
      const next = { ...family, chain, version: family.version + 1 };
      return ask("update", family.key, await toRecord(next), family.version);
    },

    async end(key, sessions, reason) {
      const found = await ask("load", key);
      const isEnded = (await ask("delete", key)) === "ok";
      // Also when somebody else ended it: they may have got no further.
      await members.end(key, sessions);
      const { subject } = Object(parseJson(found?.data ?? ""));
      if (!isEnded || typeof subject !== "string") return isEnded;
      if (reason === "theft") emit({ type: "remember-theft", family: key, subject });
      else emit({ type: "remember-ended", family: key, subject, reason });
      return true;
    },

    async keysOf(subject) {
      return (await ask("listBySubject", await toIndex(subject))).map(({ key }) => key);
    },
  };

  async function toRecord({ createdAt, expiresAt, version, ...family }: Omit<Family, "key">): Promise<StoredSession> {
    const { chain, subject, browser, sid, endsAt } = family;
    const data = JSON.stringify({ chain, subject, browser, sid, endsAt });
    return { data, version, createdAt, expiresAt, subject: await toIndex(subject) };
  }
}
