import { type SessionStore, SessionTooLargeError, type StoredSession, type SubjectIndex } from "@coatcheck/core";
import { assertArgument, assertStoreKey } from "./assert-argument.ts";
import { type Committable, commitWhenUnlocked } from "./deno-kv-commit.ts";
import { type PrefixOptions, toPrefix } from "./prefix.ts";
import { parseRecord, toRecord } from "./record.ts";

/** Options of {@link denoKvStore}. */
export interface DenoKvStoreOptions extends PrefixOptions {
  /**
   * The first part of each key. Letters, digits and `_ . : -`, 64 at most.
   * @default "session"
   */
  readonly prefix?: string;
  /** Epoch milliseconds; turns the instant when a session expires into the duration that Deno KV asks for. @default Date.now */
  readonly now?: () => number;
}

/** What is used of a `Deno.Kv`, or of the `Kv` of the package `@deno/kv`. */
export interface DenoKv {
  get(key: DenoKvKey): Promise<{ readonly value: unknown; readonly versionstamp: string | null }>;
  list(selector: { prefix: DenoKvKey }): AsyncIterable<{ readonly key: readonly unknown[] }>;
  atomic(): DenoKvAtomic;
}

/** What is used of a `Deno.AtomicOperation`. */
export interface DenoKvAtomic extends Committable {
  check(check: { key: DenoKvKey; versionstamp: string | null }): this;
  set(key: DenoKvKey, value: unknown, options: { expireIn: number }): this;
  delete(key: DenoKvKey): this;
}

type DenoKvKey = readonly string[];

/** Deno KV's limit of a value. */
const MAX_RECORD_BYTES = 65_536;
/** Leaves room beside a subject for the other parts of a key, which has 2048 bytes; a NUL takes two of them. */
const MAX_SUBJECT_BYTES = 900;

/**
 * Sessions in Deno KV, each under `[prefix, key]`, and under `[prefix, "subject", subject, key]` a mark that it is the
 * subject's. Both are written in one atomic operation, so listing and ending the sessions of a subject misses none.
 *
 * No sweeper: each write tells Deno KV when the session expires. It keeps it until then, and may keep it longer, which
 * harms nobody, because the core checks the expiry itself.
 *
 * @throws `INVALID_OPTION` when `kv` is no Deno KV, or for the prefix. `create` and `update` reject with
 * `SESSION_TOO_LARGE` beyond 64 KiB, the limit of a value, and with `INVALID_OPTION` for a subject beyond 900 bytes.
 */
export function denoKvStore(kv: DenoKv, options: DenoKvStoreOptions = {}): SessionStore & SubjectIndex {
  assertArgument(
    [kv?.get, kv?.list, kv?.atomic].every((method) => typeof method === "function"),
    "denoKvStore: the first argument must be an open Deno KV: denoKvStore(await Deno.openKv())",
  );
  const { prefix = "session", now = Date.now } = options;
  const root = toPrefix("denoKvStore", { prefix });

  function sessionKey(key: string): DenoKvKey {
    assertStoreKey(key);
    return [root, key];
  }

  function subjectKey(subject: string): DenoKvKey {
    const { length } = new TextEncoder().encode(subject);
    assertArgument(length <= MAX_SUBJECT_BYTES, `denoKvStore: a subject takes ${MAX_SUBJECT_BYTES} bytes at most`);
    return [root, "subject", subject];
  }

  function put(operation: DenoKvAtomic, key: string, session: StoredSession): void {
    // Deno refuses a negative duration, and a fraction. The same in both entries: they expire together.
    const expiry = { expireIn: Math.max(1, Math.ceil(session.expiresAt - now())) };
    operation.set(sessionKey(key), toValue(session), expiry);
    if (session.subject !== undefined) operation.set([...subjectKey(session.subject), key], true, expiry);
  }

  function remove(operation: DenoKvAtomic, key: string, found: StoredSession): void {
    operation.delete(sessionKey(key));
    if (found.subject !== undefined) operation.delete([...subjectKey(found.subject), key]);
  }

  /**
   * Looks, lets `decide` say what follows, and writes that unless somebody wrote in between: then it looks again. A
   * touch changes the versionstamp and not the version, so a check that failed is no conflict yet. There is no limit to
   * the rounds, because it would be a conflict made up under load; each lost round is another request's success, and
   * only touches keep a writer going round, each of which moves the expiry further than all before it.
   */
  async function change<Answer>(key: string, decide: (found: StoredSession | null) => Change<Answer>): Promise<Answer> {
    for (;;) {
      const { value, versionstamp } = await kv.get(sessionKey(key));
      const found = toSession(value);
      const { answer, next } = decide(found);
      if (found === null || next === undefined) return answer;
      const operation = kv.atomic().check({ key: sessionKey(key), versionstamp });
      if (next === null) remove(operation, key, found);
      else put(operation, key, next);
      if (await commitWhenUnlocked(operation)) return answer;
    }
  }

  async function keysOf(subject: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const entry of kv.list({ prefix: subjectKey(subject) })) keys.push(String(entry.key.at(-1)));
    return keys;
  }

  async function load(key: string): Promise<StoredSession | null> {
    return toSession((await kv.get(sessionKey(key))).value);
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    load,

    async create(key, session) {
      const operation = kv.atomic().check({ key: sessionKey(key), versionstamp: null });
      put(operation, key, session);
      return commitWhenUnlocked(operation);
    },

    update: (key, session, expectedVersion) =>
      change(key, (found) => {
        if (found === null) return { answer: "gone" };
        if (found.version !== expectedVersion) return { answer: "conflict" };
        return { answer: "ok", next: session };
      }),

    touch: (key, expiresAt) =>
      change(key, (found) => {
        if (found === null) return { answer: false };
        return expiresAt > found.expiresAt ? { answer: true, next: { ...found, expiresAt } } : { answer: true };
      }),

    delete: (key, expectedVersion) =>
      change(key, (found) => {
        if (found === null) return { answer: "gone" };
        if (expectedVersion !== undefined && found.version !== expectedVersion) return { answer: "conflict" };
        return { answer: "ok", next: null };
      }),

    async listBySubject(subject) {
      const keys = await keysOf(subject);
      const found = await Promise.all(keys.map(async (key) => ({ key, session: await load(key) })));
      return found.flatMap(({ key, session }) => (session?.subject === subject ? [{ key, session }] : []));
    },

    async deleteBySubject(subject, except) {
      if (except !== undefined) assertStoreKey(except);
      const keys = (await keysOf(subject)).filter((key) => key !== except);
      const removed = await Promise.all(
        keys.map((key) =>
          change(key, (found) => (found?.subject === subject ? { answer: true, next: null } : { answer: false })),
        ),
      );
      return removed.filter(Boolean).length;
    },
  };
}

/** What follows from what was found: the answer, and, when that is to change, what is to be there (`null`: nothing). */
interface Change<Answer> {
  readonly answer: Answer;
  readonly next?: StoredSession | null;
}

/** Bytes, not a string: Deno keeps a string at two bytes a character as soon as one of them is beyond Latin-1. */
function toValue(session: StoredSession): Uint8Array {
  const value = new TextEncoder().encode(toRecord(session));
  if (value.length > MAX_RECORD_BYTES) {
    throw new SessionTooLargeError(
      `Deno KV keeps ${MAX_RECORD_BYTES} bytes under one key, and this session takes ${value.length}. Keep what is large under a key of your own, and that key in the session.`,
    );
  }
  return value;
}

function toSession(value: unknown): StoredSession | null {
  return ArrayBuffer.isView(value) ? parseRecord(new TextDecoder().decode(value)) : null;
}
