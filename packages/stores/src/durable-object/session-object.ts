import type { StoredSession } from "@coatcheck/core";
import {
  ABANDONED_AFTER,
  answer,
  ask,
  type DeleteAnswer,
  type DeleteCondition,
  type EntryOfSession,
  type IndexEntry,
  LOGIN_WINDOW,
  type SessionObjectNamespace,
} from "./protocol.ts";

/** What this class uses of Cloudflare's `DurableObjectState`, of an object with SQLite. */
export interface SessionObjectState {
  readonly id: { toString(): string };
  readonly storage: {
    readonly kv: {
      get(key: string): unknown;
      put(key: string, value: unknown): void;
      delete(key: string): boolean;
      list(options: { prefix: string }): Iterable<[string, unknown]>;
    };
    setAlarm(at: number): Promise<void>;
    deleteAlarm(): Promise<void>;
    deleteAll(): Promise<void>;
  };
}

/**
 * The Durable Object behind `durableObjectStore`: a session, or the index of a subject's sessions. Export it from the
 * worker's main module under this name.
 *
 * Nothing else runs in an object between two `await`s, and what compares and writes here has none in between: that is
 * what makes it one step. Keep it so.
 */
export class SessionObject {
  /** What `DurableObjectNamespace<SessionObject>`, as `wrangler types` writes it, asks of a class. There is no such field. */
  declare readonly __DURABLE_OBJECT_BRAND: never;
  readonly #id: string;
  readonly #storage: SessionObjectState["storage"];
  readonly #env: unknown;

  /** Workers calls it. */
  constructor(state: SessionObjectState, env: unknown) {
    this.#id = state.id.toString();
    this.#storage = state.storage;
    this.#env = env;
  }

  /** Answers {@link durableObjectStore}, and nobody else: an object has no address outside. */
  fetch(request: Request): Promise<Response> {
    return answer(request, {
      load: () => this.#find()?.session ?? null,
      create: (session, entry) => this.#create(session, entry),
      update: (session, expectedVersion) => this.#update(session, expectedVersion),
      touch: (expiresAt) => this.#touch(expiresAt),
      delete: (condition) => this.#delete(condition),
      enter: (entryId, key) => this.#enter(entryId, key),
      entries: () => this.#entries().map(({ id, key }): IndexEntry => ({ id, key })),
      forget: (ended, abandoned) => this.#forget(ended, abandoned),
    });
  }

  /** Frees what an expired session takes. Its expiry moves with each touch, the alarm only here: a write less per touch. */
  async alarm(): Promise<void> {
    const found = this.#find();
    if (found === undefined) return;
    if (found.session.expiresAt > Date.now()) return this.#setAlarm(found.session.expiresAt);
    // First, so that the storage is freed although the index may be out of reach; its entry heals then.
    await this.#clear();
    const namespace = this.#namespace();
    if (found.entry === undefined || namespace === undefined) return;
    await ask(namespace.get(namespace.idFromString(found.entry.index)), "forget", [found.entry.id], []);
  }

  async #create(session: StoredSession, entry: EntryOfSession | undefined): Promise<"ok" | "exists" | "late"> {
    if (this.#find() !== undefined) return "exists";
    if (entry !== undefined && Date.now() - entry.enteredAt > LOGIN_WINDOW) return "late";
    this.#put({ session, entry });
    await this.#setAlarm(session.expiresAt);
    return "ok";
  }

  /** No later than in ten years: Durable Objects refuse an alarm after 2189, and this one looks again. */
  #setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(Math.min(at, Date.now() + LONGEST_ALARM));
  }

  #update(session: StoredSession, expectedVersion: number): "ok" | "conflict" | "gone" {
    const found = this.#find();
    if (found === undefined) return "gone";
    if (found.session.version !== expectedVersion) return "conflict";
    this.#put({ ...found, session: { ...session, version: expectedVersion + 1 } });
    return "ok";
  }

  #touch(expiresAt: number): boolean {
    const found = this.#find();
    if (found === undefined) return false;
    if (expiresAt > found.session.expiresAt) this.#put({ ...found, session: { ...found.session, expiresAt } });
    return true;
  }

  async #delete({ version, subject }: DeleteCondition): Promise<DeleteAnswer> {
    const found = this.#find();
    if (found === undefined) return { result: "gone" };
    const { session, entry } = found;
    if (version !== undefined && session.version !== version) return { result: "conflict" };
    if (subject !== undefined && session.subject !== subject) return { result: "conflict" };
    await this.#clear();
    return { result: "ok", ...(entry === undefined ? {} : { entry }) };
  }

  #enter(entryId: string, key: string): number {
    const enteredAt = Date.now();
    this.#storage.kv.put(ENTRY + entryId, { key, enteredAt });
    return enteredAt;
  }

  async #forget(ended: readonly string[], abandoned: readonly string[]): Promise<null> {
    const entries = this.#entries();
    const isForgotten = ({ id, enteredAt }: StoredEntry): boolean =>
      ended.includes(id) || (abandoned.includes(id) && Date.now() - enteredAt > ABANDONED_AFTER);
    const forgotten = entries.filter(isForgotten);
    for (const { id } of forgotten) this.#storage.kv.delete(ENTRY + id);
    if (forgotten.length > 0 && forgotten.length === entries.length) await this.#clear();
    return null;
  }

  /** Reading does not make storage: a bogus id costs a request and leaves nothing. */
  #find(): Found | undefined {
    return this.#storage.kv.get(SESSION) as Found | undefined;
  }

  #put(found: Found): void {
    this.#storage.kv.put(SESSION, found);
  }

  #entries(): StoredEntry[] {
    const entries = this.#storage.kv.list({ prefix: ENTRY }) as Iterable<[string, Omit<StoredEntry, "id">]>;
    return Array.from(entries, ([name, entry]) => ({ ...entry, id: name.slice(ENTRY.length) }));
  }

  /** Down to nothing, tables included, so that the object ceases to be. Both calls take effect before the `await`. */
  async #clear(): Promise<void> {
    // Since the compatibility date 2026-02-24 the second does what the first does.
    await Promise.all([this.#storage.deleteAlarm(), this.#storage.deleteAll()]);
  }

  /**
   * The namespace that this object is in, found among the bindings because nobody but the user knows what it is called.
   * `undefined` where a worker exports the class for others and has no binding of its own: the index heals later then.
   */
  #namespace(): SessionObjectNamespace | undefined {
    if (typeof this.#env !== "object" || this.#env === null) return undefined;
    return Object.values(this.#env).find((binding) => isNamespaceOf(binding, this.#id));
  }
}

/** Milliseconds. */
const LONGEST_ALARM = 10 * 365 * 86_400_000;
const SESSION = "session";
const ENTRY = "entry:";

interface Found {
  readonly session: StoredSession;
  readonly entry: EntryOfSession | undefined;
}

interface StoredEntry extends IndexEntry {
  readonly enteredAt: number;
}

function isNamespaceOf(binding: unknown, id: string): binding is SessionObjectNamespace {
  // A service binding seems to have every method there could be, and calling one is a request to that service.
  if (typeof binding !== "object" || binding === null || "fetch" in binding || !("idFromString" in binding))
    return false;
  try {
    (binding as SessionObjectNamespace).idFromString(id);
    return true;
  } catch {
    // The id of an object in another namespace.
    return false;
  }
}
