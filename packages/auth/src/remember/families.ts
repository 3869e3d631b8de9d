import { IdCollisionError, type StoredSession } from "@coatcheck/core";
import { isRecord, parseJson, sha256 } from "@coatcheck/core/toolkit";
import type { IndexedStore } from "../lib/indexed-store.ts";
import type { AnySessionManager } from "../manager/account-extension.ts";
import type { RememberEndReason, RememberEventListener, RememberRejectReason } from "./events.ts";
import { type FamilyMembers, familyMembers } from "./family-members.ts";
import { isRotation, type Rotation } from "./rotation.ts";

/** A login with `remember`, and what a browser can log in with because of it. Instants are epoch milliseconds. */
export interface Family extends InheritedInfo {
  /** Its store key, which is also its public name. */
  readonly key: string;
  readonly rotation: Rotation;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly version: number;
}

/** What sessions that are restored later inherit from the login. */
interface InheritedInfo {
  readonly subject: string;
  /** See `LoginInfo`. */
  readonly browser?: string | undefined;
  /** See `LoginOptions`. */
  readonly sid?: string | undefined;
  readonly endsAt?: number | undefined;
}

/** The content of a record, as JSON. */
interface FamilyJson extends InheritedInfo {
  readonly chain: Rotation;
}

/** The families in a store, with the sessions that came from each. */
export interface RememberFamilies {
  readonly members: FamilyMembers;
  create(family: Omit<Family, "version">): Promise<void>;
  find(
    key: string,
    now: number,
  ): Promise<Family | Extract<RememberRejectReason, "not-found" | "expired" | "invalid-data">>;
  /** Stores another rotation if the family is still as it was found. */
  update(family: Family, rotation: Rotation): Promise<"ok" | "conflict" | "gone">;
  /**
   * Ends a family, and then the sessions that came from it. In this order, because a request that is restoring one more
   * session then either finds the family gone, or has its session found here. Emits an event for a family that was
   * there.
   *
   * @returns `false` when another request had ended it
   */
  end(key: string, sessions: AnySessionManager, reason: RememberEndReason | "theft"): Promise<boolean>;
  keysOf(subject: string): Promise<readonly string[]>;
}

export function rememberFamilies(store: IndexedStore, emit: RememberEventListener): RememberFamilies {
  const members = familyMembers(store);

  return {
    members,

    async create(family) {
      const isNew = await store.create(family.key, await toRecord({ ...family, version: 1 }));
      if (!isNew) throw new IdCollisionError("The store refuses a new random key: check its create().");
    },

    async find(key, now) {
      const found = await store.load(key);
      if (found === null) return "not-found";
      const { createdAt, expiresAt, version } = found;
      const family = parseFamily(found.data);
      if (family === undefined || ![expiresAt, version].every(Number.isFinite)) return "invalid-data";
      if (now >= expiresAt) return "expired";
      const { chain: rotation, subject, browser, sid, endsAt } = family;
      return { key, rotation, subject, browser, sid, endsAt, createdAt, expiresAt, version };
    },

    async update(family, rotation) {
      const next = { ...family, rotation, version: family.version + 1 };
      return store.update(family.key, await toRecord(next), family.version);
    },

    async end(key, sessions, reason) {
      const found = await store.load(key);
      const isEnded = (await store.delete(key)) === "ok";
      // Also when another request deleted the family: it may not have ended all members.
      await members.end(key, sessions);
      const subject = found === null ? undefined : subjectOf(found.data);
      if (!isEnded || subject === undefined) return isEnded;
      if (reason === "theft") emit({ type: "remember-theft", family: key, subject });
      else emit({ type: "remember-ended", family: key, subject, reason });
      return true;
    },

    async keysOf(subject) {
      const found = await store.listBySubject(await toIndex(subject));
      return found.map(({ key }) => key);
    },
  };
}

/**
 * A hash, because a subject may be too long for a prefix, and a user may have chosen the name of another index entry.
 */
function toIndex(subject: string): Promise<string> {
  return sha256(`remember subject ${subject}`);
}

async function toRecord({ createdAt, expiresAt, version, ...family }: Omit<Family, "key">): Promise<StoredSession> {
  const { rotation, subject, browser, sid, endsAt } = family;
  const json: FamilyJson = { chain: rotation, subject, browser, sid, endsAt };
  return { data: JSON.stringify(json), version, createdAt, expiresAt, subject: await toIndex(subject) };
}

function parseFamily(data: string): FamilyJson | undefined {
  const json = parseJson(data);
  return isFamilyJson(json) ? json : undefined;
}

function isFamilyJson(json: unknown): json is FamilyJson {
  return isRecord(json) && isRotation(json["chain"]) && typeof json["subject"] === "string";
}

/** The subject of a record, even if the rest of it cannot be read. */
function subjectOf(data: string): string | undefined {
  const json = parseJson(data);
  const subject = isRecord(json) ? json["subject"] : undefined;
  return typeof subject === "string" ? subject : undefined;
}
