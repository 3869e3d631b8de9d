import { assertOption, SessionCommittedError } from "../errors.ts";
import type { LoadedSession } from "../modes/backend.ts";
import { emptyContent } from "../stores/session-content.ts";
import type { AnySession } from "./any-session.ts";
import { EXTENSION_DATA, type Updater } from "./draft.ts";
import { expiryOf } from "./lifetime.ts";
import { SessionHandle } from "./session-handle.ts";
import { newSession, type SessionState } from "./session-state.ts";

type Key<T> = keyof T & string;
type Value<T, K extends keyof T> = Exclude<T[K], undefined>;

/** Not empty, no NUL, and no half of a surrogate pair, which engines replace by one and the same character. */
const SUBJECT = /^[^\0\p{Cs}]+$/u;

/**
 * What the requests of one visitor share: data, flash messages, and the identity of the visitor.
 *
 * Values are JSON and are handed out as they are. Changing one in place (`session.get("cart")?.push("book")`) is a change
 * like any other. Nothing is written before the commit, and then only what changed.
 */
export class Session<Data extends object = Record<string, unknown>, Flash extends object = Record<string, string>>
  extends SessionHandle
  implements AnySession
{
  readonly #state: SessionState;

  /** @internal */
  constructor(state: SessionState) {
    super(state.scope, state);
    this.#state = state;
  }

  /**
   * SHA-256 of the secret in the cookie, or in cookie modes a random name: safe to log. `undefined` until the session is
   * stored for the first time.
   */
  get id(): string | undefined {
    return this.#stored()?.id;
  }

  /** Whether no stored session was found, or it was destroyed in this request. */
  get isNew(): boolean {
    return this.#state.loaded === undefined;
  }

  /** The user, as {@link bind} set it. */
  get subject(): string | undefined {
    return this.#state.metadata.subject;
  }

  /** When the session began, epoch milliseconds. Stays the same when the id changes. */
  get createdAt(): number {
    return this.#state.metadata.createdAt;
  }

  /** When the session ends if it is not used again, epoch milliseconds: as it is stored, or as it would be stored now. */
  get expiresAt(): number {
    return this.#stored()?.session.expiresAt ?? expiryOf(this.#state);
  }

  /** When the subject last proved their identity, epoch milliseconds. */
  get authenticatedAt(): number | undefined {
    return this.#state.metadata.authenticatedAt;
  }

  /** Whether the cookie outlives the browser (`Max-Age`). @default the `persistent` option of the manager */
  get persistent(): boolean {
    return this.#state.draft.persistent;
  }

  set persistent(value: boolean) {
    this.#writable().draft.persistent = value;
  }

  /** The number of keys. */
  get size(): number {
    return this.#state.draft.dataEntries().length;
  }

  /** The value itself, not a copy: changing it in place changes the session. */
  get<K extends Key<Data>>(key: K): Data[K] | undefined {
    return this.#state.draft.get(key) as Data[K] | undefined;
  }

  /** Whether the key exists, whatever its value. */
  has(key: Key<Data>): boolean {
    return this.#state.draft.values.has(key);
  }

  /** All keys with their values. */
  entries(): IterableIterator<{ [K in Key<Data>]: [key: K, value: Value<Data, K>] }[Key<Data>]> {
    return this.#state.draft.dataEntries().values() as unknown as ReturnType<this["entries"]>;
  }

  /** @throws `NOT_SERIALIZABLE` with the path of a value that does not survive JSON; `SESSION_COMMITTED` */
  set<K extends Key<Data>>(key: K, value: Value<Data, K>): void {
    this.#writable().draft.set(key, value);
  }

  /** Removes a key. Returns whether it existed. @throws `SESSION_COMMITTED` */
  delete(key: Key<Data>): boolean {
    return this.#writable().draft.delete(key);
  }

  /** Removes a key and returns its value. @throws `SESSION_COMMITTED` */
  take<K extends Key<Data>>(key: K): Data[K] | undefined {
    const value = this.get(key);
    this.delete(key);
    return value;
  }

  /**
   * Sets a key to the result of `fn`, and returns that. When another request has changed the session meanwhile, `fn` runs
   * again with the newer value, so that a counter loses no step. It should therefore have no side effects.
   *
   * @throws `NOT_SERIALIZABLE`, `SESSION_COMMITTED`
   */
  update<K extends Key<Data>>(key: K, fn: (current: Data[K] | undefined) => Value<Data, K>): Value<Data, K> {
    return this.#writable().draft.update(key, fn as Updater) as Value<Data, K>;
  }

  /**
   * Removes data, flash messages and subject. A session with a subject ends as by {@link destroy}, because this is how
   * users log out: a request that is still running must not write to what follows.
   *
   * @throws `SESSION_COMMITTED`
   */
  clear(): void {
    if (this.subject === undefined) this.#writable().draft.clear();
    else this.destroy();
  }

  /** Leaves a message for the next request that awaits the session, and only for that one. @throws like {@link set} */
  flash<K extends Key<Flash>>(key: K, value: Value<Flash, K>): void {
    this.#writable().draft.flash(key, value);
  }

  /** The message that the previous request left. */
  flashed<K extends Key<Flash>>(key: K): Flash[K] | undefined {
    return this.#state.draft.flashed(key) as Flash[K] | undefined;
  }

  /**
   * Logs a user in: sets the subject after it has proved its identity. The session gets a new id, and the old one is dead
   * before the new cookie leaves (OWASP: session fixation). Data is kept, unless it belonged to another subject: then only
   * what this request wrote is kept.
   *
   * @param subject - a stable identifier of the user: not empty, no NUL, no half of a surrogate pair
   * @throws `INVALID_OPTION`, `SESSION_COMMITTED`
   */
  bind(subject: string): void {
    const state = this.#writable();
    const isSubject = typeof subject === "string" && SUBJECT.test(subject);
    assertOption(isSubject, "bind needs a non-empty string: String(user.id)");
    const { draft, metadata } = state;
    const { context } = state.scope;
    const isOtherSubject = metadata.subject !== undefined && metadata.subject !== subject;
    if (isOtherSubject) {
      this.destroy();
      state.draft = draft.rebase(emptyContent(context.persistent), []);
    }
    state.draft.delete(EXTENSION_DATA);
    state.metadata = { ...state.metadata, subject, authenticatedAt: context.now() };
    state.newId = "bind";
  }

  /** Gives the session a new id, for a change of privileges that is not a login. @throws `SESSION_COMMITTED` */
  regenerate(): void {
    const state = this.#writable();
    state.newId ??= "regenerate";
  }

  /**
   * Ends the session on the server and removes its cookie. This object is a new, empty session afterwards; it gets an id
   * of its own when something is written to it.
   *
   * @throws `SESSION_COMMITTED`
   */
  destroy(): void {
    const state = this.#writable();
    state.destroyed ??= state.loaded;
    state.isDestroyed = true;
    Object.assign(state, newSession(state.scope.context));
  }

  #stored(): LoadedSession | undefined {
    return this.#state.saved ?? this.#state.loaded;
  }

  #writable(): SessionState {
    if (this.#state.scope.isCommitted) {
      throw new SessionCommittedError("Change the session before the response is returned.");
    }
    return this.#state;
  }
}
