import type { StoredSession } from "@coatcheck/core";
import { isBinding } from "../cloudflare-binding.ts";
import {
  ABANDONED_AFTER,
  answerCall,
  callObject,
  type DeleteAnswer,
  type DeleteCondition,
  type EntryOfSession,
  type IndexEntry,
  LOGIN_WINDOW,
  type SessionObjectNamespace,
} from "./protocol.ts";

/** The part of Cloudflare's `DurableObjectState`, for an object with SQLite, that the class uses. */
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
 * The Durable Object of `durableObjectStore`: a session, or the index of a subject's sessions. Export it from the
 * worker's main module under this name.
 *
 * An object runs nothing else between two `await`s. Every comparison and the write that depends on it therefore stand
 * without an `await` in between, which makes the two one atomic step.
 */
export class SessionObject {
  /** Only for `DurableObjectNamespace<SessionObject>`, as `wrangler types` writes it. The field does not exist. */
  declare readonly __DURABLE_OBJECT_BRAND: never;
  readonly #id: string;
  readonly #storage: SessionObjectState["storage"];
  readonly #env: unknown;

  /** Called by Workers. */
  constructor(state: SessionObjectState, env: unknown) {
    this.#id = state.id.toString();
    this.#storage = state.storage;
    this.#env = env;
  }

  /** Answers {@link durableObjectStore}. An object has no public address, so that nothing else can call it. */
  fetch(request: Request): Promise<Response> {
    return answerCall(request, {
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

  /**
   * Frees the storage of an expired session. A touch moves the expiry but not the alarm, which saves a write per touch;
   * an alarm that comes too early is set again here.
   */
  async alarm(): Promise<void> {
    const found = this.#find();
    if (found === undefined) return;
    if (found.session.expiresAt > Date.now()) return this.#setAlarm(found.session.expiresAt);
    // First, because the index may be unreachable. A later read of the index removes the entry then.
    await this.#clear();
    const namespace = this.#namespace();
    if (found.entry === undefined || namespace === undefined) return;
    await callObject(namespace.get(namespace.idFromString(found.entry.index)), "forget", [found.entry.id], []);
  }

  async #create(session: StoredSession, entry: EntryOfSession | undefined): Promise<"ok" | "exists" | "late"> {
    if (this.#find() !== undefined) return "exists";
    if (entry !== undefined && Date.now() - entry.enteredAt > LOGIN_WINDOW) return "late";
    this.#put({ session, entry });
    await this.#setAlarm(session.expiresAt);
    return "ok";
  }

  /** Sets the alarm, at most ten years ahead; alarm() then sets it again. Durable Objects reject alarms after 2189. */
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

  /** A read creates no storage: a made-up id costs a request and leaves nothing behind. */
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

  /**
   * Deletes everything, tables included, so that the object ceases to exist. Both calls take effect before the `await`.
   */
  async #clear(): Promise<void> {
    // Since compatibility date 2026-02-24, deleteAll also deletes the alarm.
    await Promise.all([this.#storage.deleteAlarm(), this.#storage.deleteAll()]);
  }

  /**
   * Finds the namespace of this object among the bindings, whose names only the user knows. `undefined` in a worker
   * that exports the class for other workers and has no binding of its own. A later read of the index removes the entry
   * then.
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
  if (!isBinding<SessionObjectNamespace>(binding, ["idFromString"])) return false;
  try {
    binding.idFromString(id);
    return true;
  } catch {
    // The id belongs to an object in another namespace.
    return false;
  }
}
