import type { SessionStore, StoredSession, SubjectIndex, SubjectSession } from "@coatcheck/core";
import { toInstant, withInstants } from "../instants.ts";
import type { PrefixOptions } from "../prefix.ts";
import { assertStoreKey } from "../store-key.ts";
import {
  CREATE,
  DELETE,
  DELETE_OF_SUBJECT,
  INDEX_ADD,
  INDEX_LIST,
  INDEX_REMOVE,
  LOAD,
  RESULTS,
  TOUCH,
  UPDATE,
} from "./scripts.ts";

/** Options of `redisStore` and `upstashStore`. */
export interface RedisOptions extends PrefixOptions {
  /** Epoch milliseconds. Decides only which entries leave the index of a subject. @default Date.now */
  readonly now?: () => number;
}

/** A store over any Redis client. */
export type RedisStore = SessionStore & SubjectIndex;

/** Runs a script on one key and resolves to its answer. */
export type RunScript = (script: string, key: string, args: readonly string[]) => Promise<unknown>;

/**
 * Stores sessions by scripts, with any client that can run them.
 *
 * The index of a subject is another key, possibly on another node, so that the two do not change in one step. An entry
 * is added before its session can be seen, and removed after the session has ended. Entries without a session are
 * skipped, and expire when the session would have. Every write and touch restores a lost entry. So a login that races
 * with `deleteBySubject` either ends, or is complete and listed for the next one.
 */
export function scriptStore(run: RunScript, prefix: string, now: () => number): RedisStore {
  const sessionKey = (key: string): string => {
    assertStoreKey(key);
    return prefix + key;
  };
  // A prefix has no slash, so that no other store with a longer prefix has this key.
  const indexKey = (subject: string): string => `${prefix}subject/${subject}`;
  const addToIndex = (subject: string, key: string, expiresAt: number): Promise<unknown> =>
    run(INDEX_ADD, indexKey(subject), [key, `${toInstant(expiresAt)}`, `${now()}`]);
  const removeFromIndex = (subject: string, keys: readonly string[]): Promise<unknown> =>
    run(INDEX_REMOVE, indexKey(subject), keys);

  async function load(key: string): Promise<StoredSession | null> {
    return toSession(await run(LOAD, sessionKey(key), []));
  }

  async function listKeys(subject: string): Promise<string[]> {
    return ((await run(INDEX_LIST, indexKey(subject), [])) as unknown[]).map(withoutMark);
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    load,

    async create(key, session) {
      const redisKey = sessionKey(key);
      if (session.subject !== undefined) await addToIndex(session.subject, key, session.expiresAt);
      return Number(await run(CREATE, redisKey, toArguments(session))) === 1;
    },

    async update(key, session, expectedVersion) {
      const write = run(UPDATE, sessionKey(key), toArguments(session, expectedVersion));
      if (session.subject === undefined) return toResult(await write);
      // Both are sent at once, so that a write takes one round trip.
      const [answer] = await Promise.all([write, addToIndex(session.subject, key, session.expiresAt)]);
      if (toResult(answer) === "gone") await removeFromIndex(session.subject, [key]);
      return toResult(answer);
    },

    async touch(key, expiresAt) {
      const answer = await run(TOUCH, sessionKey(key), [`${toInstant(expiresAt)}`]);
      if (isMarked(answer)) await addToIndex(withoutMark(answer), key, expiresAt);
      return isMarked(answer) || Number(answer) === 1;
    },

    async delete(key, expectedVersion) {
      const answer = await run(DELETE, sessionKey(key), expectedVersion === undefined ? [] : [`${expectedVersion}`]);
      if (!isMarked(answer)) return toResult(answer);
      await removeFromIndex(withoutMark(answer), [key]);
      return "ok";
    },

    async listBySubject(subject) {
      const keys = await listKeys(subject);
      const sessions = await Promise.all(keys.map(load));
      const found: SubjectSession[] = [];
      for (const [index, key] of keys.entries()) {
        const session = sessions[index];
        if (session?.subject === subject) found.push({ key, session });
      }
      return found;
    },

    async deleteBySubject(subject, except) {
      if (except !== undefined) assertStoreKey(except);
      const keys = (await listKeys(subject)).filter((key) => key !== except);
      const answers = await Promise.all(keys.map((key) => run(DELETE_OF_SUBJECT, sessionKey(key), [subject])));
      // The entry of a missing session stays: a login may be about to create the session.
      const ended = keys.filter((_, index) => Number(answers[index]) === 1);
      if (ended.length > 0) await removeFromIndex(subject, ended);
      return ended.length;
    },
  };
}

function toArguments(session: StoredSession, expectedVersion = 0): string[] {
  const { version, expiresAt, data, createdAt, subject, authenticatedAt } = withInstants(session);
  return [
    ...[crypto.randomUUID(), `${expectedVersion}`, `${version}`, `${expiresAt}`, data, `${createdAt}`],
    ...(subject === undefined ? [] : ["s", subject]),
    ...(authenticatedAt === undefined ? [] : ["a", `${authenticatedAt}`]),
  ];
}

function toSession(answer: unknown): StoredSession | null {
  if (answer === null || answer === undefined) return null;
  const [data, version, createdAt, expiresAt, subject, authenticatedAt] = answer as unknown[];
  return {
    data: withoutMark(data),
    version: Number(withoutMark(version)),
    createdAt: Number(withoutMark(createdAt)),
    expiresAt: Number(withoutMark(expiresAt)),
    ...(subject === "" ? {} : { subject: withoutMark(subject) }),
    ...(authenticatedAt === "" ? {} : { authenticatedAt: Number(withoutMark(authenticatedAt)) }),
  };
}

/** The scripts mark strings, see scripts.ts. */
const MARK = "=";

function isMarked(answer: unknown): boolean {
  return String(answer).startsWith(MARK);
}

function withoutMark(answer: unknown): string {
  return String(answer).slice(MARK.length);
}

/** Passes an unknown answer on unchanged. The core reports it as a failure of the store. */
function toResult(answer: unknown): "ok" | "conflict" | "gone" {
  return RESULTS.get(Number(answer)) ?? (answer as "ok");
}
