import { type SessionStore, SessionTooLargeError, type StoredSession, type SubjectIndex } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";
import { type Committable, commitWhenUnlocked } from "./deno-kv-commit.ts";
import { type PrefixOptions, toPrefix } from "./prefix.ts";
import { parseRecord, toRecord } from "./record.ts";
import { assertStoreKey } from "./store-key.ts";

/** Options of {@link denoKvStore}. */
export interface DenoKvStoreOptions extends PrefixOptions {
  /**
   * The first part of every key. At most 64 letters, digits and `_ . : -`.
   * @default "session"
   */
  readonly prefix?: string;
  /** Epoch milliseconds. Converts the expiry of a session to the duration that Deno KV takes. @default Date.now */
  readonly now?: () => number;
}

/** The part of a `Deno.Kv`, or of the `Kv` of the package `@deno/kv`, that the store uses. */
export interface DenoKv {
  get(key: DenoKvKey): Promise<{ readonly value: unknown; readonly versionstamp: string | null }>;
  list(selector: { prefix: DenoKvKey }): AsyncIterable<{ readonly key: readonly unknown[] }>;
  atomic(): DenoKvAtomic;
}

/** The part of a `Deno.AtomicOperation` that the store uses. */
export interface DenoKvAtomic extends Committable {
  check(check: { key: DenoKvKey; versionstamp: string | null }): this;
  set(key: DenoKvKey, value: unknown, options: { expireIn: number }): this;
  delete(key: DenoKvKey): this;
}

type DenoKvKey = readonly string[];

/** Deno KV's limit for a value. */
const MAX_RECORD_BYTES = 65_536;
/**
 * A key has at most 2048 bytes. This leaves room for its other parts, although a NUL in the subject takes two bytes.
 */
const MAX_SUBJECT_BYTES = 900;

/**
 * Stores sessions in Deno KV: each session under `[prefix, key]`, and an index entry of its subject under
 * `[prefix, "subject", subject, key]`. One atomic operation writes both, so that listing and ending the sessions of a
 * subject misses none.
 *
 * There is no sweeper: each write carries the expiry. Deno KV may keep a value longer, which is harmless because the
 * core checks the expiry itself.
 *
 * @throws `INVALID_OPTION` when `kv` is not a Deno KV, or for an invalid prefix. `create` and `update` reject with
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
    assertArgument(
      length <= MAX_SUBJECT_BYTES,
      `denoKvStore: a subject must be at most ${MAX_SUBJECT_BYTES} bytes of UTF-8`,
    );
    return [root, "subject", subject];
  }

  function put(operation: DenoKvAtomic, key: string, session: StoredSession): void {
    // Deno rejects negative durations and fractions. Both entries expire together.
    const expiry = { expireIn: Math.max(1, Math.ceil(session.expiresAt - now())) };
    operation.set(sessionKey(key), toValue(session), expiry);
    if (session.subject !== undefined) operation.set([...subjectKey(session.subject), key], true, expiry);
  }

  function remove(operation: DenoKvAtomic, key: string, found: StoredSession): void {
    operation.delete(sessionKey(key));
    if (found.subject !== undefined) operation.delete([...subjectKey(found.subject), key]);
  }

  /**
   * Reads a session, calls `decide`, and writes the result unless another request wrote in between; then it starts
   * over. A touch changes the versionstamp but not the version, so that a failed check alone is not a conflict. The
   * attempts have no limit, because a limit would report false conflicts. Each failed attempt is the success of
   * another request. Only touches keep a writer waiting, and each of them has to move the expiry later.
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

  async function listKeys(subject: string): Promise<string[]> {
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
      const keys = await listKeys(subject);
      const found = await Promise.all(keys.map(async (key) => ({ key, session: await load(key) })));
      return found.flatMap(({ key, session }) => (session?.subject === subject ? [{ key, session }] : []));
    },

    async deleteBySubject(subject, except) {
      if (except !== undefined) assertStoreKey(except);
      const keys = (await listKeys(subject)).filter((key) => key !== except);
      const removed = await Promise.all(
        keys.map((key) =>
          change(key, (found) => (found?.subject === subject ? { answer: true, next: null } : { answer: false })),
        ),
      );
      return removed.filter(Boolean).length;
    },
  };
}

/** The answer of an operation, and the session to write, if any. `null` deletes the session. */
interface Change<Answer> {
  readonly answer: Answer;
  readonly next?: StoredSession | null;
}

/** Bytes, not a string: Deno stores strings with characters beyond Latin-1 at two bytes per character. */
function toValue(session: StoredSession): Uint8Array {
  const value = new TextEncoder().encode(toRecord(session));
  if (value.length > MAX_RECORD_BYTES) {
    throw new SessionTooLargeError(
      `Deno KV stores at most ${MAX_RECORD_BYTES} bytes under a key, but this session takes ${value.length}. Store large values under keys of your own, and only the keys in the session.`,
    );
  }
  return value;
}

function toSession(value: unknown): StoredSession | null {
  return ArrayBuffer.isView(value) ? parseRecord(new TextDecoder().decode(value)) : null;
}
