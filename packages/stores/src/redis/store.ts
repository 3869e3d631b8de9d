import type { SessionStore, StoredSession, SubjectIndex, SubjectSession } from "@coatcheck/core";
import { assertStoreKey } from "../assert-argument.ts";
import { toInstant, withInstants } from "../instants.ts";
import type { PrefixOptions } from "../prefix.ts";
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
  /** Epoch milliseconds; decides only what is dropped from the index of a subject. @default Date.now */
  readonly now?: () => number;
}

/** What the stores over all Redis clients are. */
export type RedisStore = SessionStore & SubjectIndex;

/** Runs a script on one key; resolves to what it answered. */
export type RunScript = (script: string, key: string, args: readonly string[]) => Promise<unknown>;

/**
 * Sessions over scripts, whatever client brings them to Redis.
 *
 * The index of a subject is another key, perhaps on another node, so the two are not changed in one step. An entry is
 * there before its session can be seen, and goes after it; an entry without a session is passed over, and expires when
 * the session would have; each write and touch puts back an entry that was lost. So a login that races with
 * `deleteBySubject` is either ended, or complete and listed for the next one.
 */
export function redisSessions(run: RunScript, prefix: string, now: () => number): RedisStore {
  const sessionKey = (key: string): string => {
    assertStoreKey(key);
    return prefix + key;
  };
  // No prefix has a slash, so this is no key of a store whose prefix begins like it.
  const indexKey = (subject: string): string => `${prefix}subject/${subject}`;
  const addToIndex = (subject: string, key: string, expiresAt: number): Promise<unknown> =>
    run(INDEX_ADD, indexKey(subject), [key, `${toInstant(expiresAt)}`, `${now()}`]);
  const removeFromIndex = (subject: string, keys: readonly string[]): Promise<unknown> =>
    run(INDEX_REMOVE, indexKey(subject), keys);

  async function load(key: string): Promise<StoredSession | null> {
    return toSession(await run(LOAD, sessionKey(key), []));
  }

  async function listKeys(subject: string): Promise<string[]> {
    return ((await run(INDEX_LIST, indexKey(subject), [])) as unknown[]).map(unmarked);
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    load,

    async create(key, session) {
      const at = sessionKey(key);
      if (session.subject !== undefined) await addToIndex(session.subject, key, session.expiresAt);
      return Number(await run(CREATE, at, toArguments(session))) === 1;
    },

    async update(key, session, expectedVersion) {
      const write = run(UPDATE, sessionKey(key), toArguments(session, expectedVersion));
      if (session.subject === undefined) return toResult(await write);
      // On their way together, so that a write takes one round trip.
      const [answer] = await Promise.all([write, addToIndex(session.subject, key, session.expiresAt)]);
      if (toResult(answer) === "gone") await removeFromIndex(session.subject, [key]);
      return toResult(answer);
    },

    async touch(key, expiresAt) {
      const answer = await run(TOUCH, sessionKey(key), [`${toInstant(expiresAt)}`]);
      if (isMarked(answer)) await addToIndex(unmarked(answer), key, expiresAt);
      return isMarked(answer) || Number(answer) === 1;
    },

    async delete(key, expectedVersion) {
      const answer = await run(DELETE, sessionKey(key), expectedVersion === undefined ? [] : [`${expectedVersion}`]);
      if (!isMarked(answer)) return toResult(answer);
      await removeFromIndex(unmarked(answer), [key]);
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
      // The entry of a session that is not there stays: it may be of a login that is just being made.
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
    data: unmarked(data),
    version: Number(unmarked(version)),
    createdAt: Number(unmarked(createdAt)),
    expiresAt: Number(unmarked(expiresAt)),
    ...(subject === "" ? {} : { subject: unmarked(subject) }),
    ...(authenticatedAt === "" ? {} : { authenticatedAt: Number(unmarked(authenticatedAt)) }),
  };
}

function isMarked(answer: unknown): boolean {
  return String(answer).startsWith("=");
}

function unmarked(answer: unknown): string {
  return String(answer).slice(1);
}

/** What is none of the three goes on as it came: the core calls that a failure of the store. */
function toResult(answer: unknown): "ok" | "conflict" | "gone" {
  return RESULTS.get(Number(answer)) ?? (answer as "ok");
}
