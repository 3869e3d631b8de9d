import { assertOption, SessionCommittedError } from "../errors.ts";
import type { LoadedSession } from "../modes/backend.ts";
import { NOTES, type Updater } from "./draft.ts";
import { expiryOf } from "./lifetime.ts";
import { newSession, SessionHandle, type SessionState } from "./session-state.ts";

type Key<T> = keyof T & string;
type Value<T, K extends keyof T> = Exclude<T[K], undefined>;

/**
 * What a visitor's requests have in common: data, flash messages, and who the visitor is.
 *
 * Values are JSON and are handed out as they are: changing one in place (`session.get("cart")?.push("book")`) is a
 * change like any other. Nothing is written before the commit, and only what changed is.
 */
export class Session<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> extends SessionHandle {
  readonly #state: SessionState;

  /** @internal */
  constructor(state: SessionState) {
    super(state);
    this.#state = state;
  }

  /** SHA-256 of the secret in the cookie (a random name in cookie modes): safe to log. `undefined` until first stored. */
  get id(): string | undefined {
    return this.#latest()?.id;
  }

  /** Whether no stored session was found, or it was destroyed during this request. */
  get isNew(): boolean {
    return !this.#state.kept;
  }

  /** Who {@link bind} said this is. */
  get subject(): string | undefined {
    return this.#state.about.subject;
  }

  /** When the session began, epoch milliseconds. Kept when the id changes. */
  get createdAt(): number {
    return this.#state.about.createdAt;
  }

  /** When the session ends if it is not used again, epoch milliseconds; as last stored, or as it would be now. */
  get expiresAt(): number {
    return this.#latest()?.session.expiresAt ?? expiryOf(this.#state);
  }

  /** When the subject last proved who they are, epoch milliseconds. */
  get authenticatedAt(): number | undefined {
    return this.#state.about.authenticatedAt;
  }

  /** Whether the cookie outlives the browser (`Max-Age`). Default: the manager's `persistent` option. */
  get persistent(): boolean {
    return this.#state.draft.persistent;
  }

  set persistent(value: boolean) {
    this.#writable().draft.persistent = value;
  }

  /** The number of keys. */
  get size(): number {
    return [...this.entries()].length;
  }

  /** The value itself, not a copy: changing it in place is a change of the session. */
  get<K extends Key<Data>>(key: K): Data[K] | undefined {
    return this.#state.draft.get(key) as Data[K] | undefined;
  }

  /** Whether there is such a key, whatever it holds. */
  has(key: Key<Data>): boolean {
    return this.#state.draft.values.has(key);
  }

  /** All keys with their values. */
  entries(): IterableIterator<{ [K in Key<Data>]: [key: K, value: Value<Data, K>] }[Key<Data>]> {
    const keys = [...this.#state.draft.values].filter(([key]) => key !== NOTES);
    return keys.values() as unknown as ReturnType<this["entries"]>;
  }

  /** @throws `NOT_SERIALIZABLE` with the path of what JSON cannot give back; `SESSION_COMMITTED` */
  set<K extends Key<Data>>(key: K, value: Value<Data, K>): void {
    this.#writable().draft.set(key, value);
  }

  /** Removes a key; `true` when it was there. @throws `SESSION_COMMITTED` */
  delete(key: Key<Data>): boolean {
    return this.#writable().draft.delete(key);
  }

  /** Removes a key and returns what it held. @throws `SESSION_COMMITTED` */
  take<K extends Key<Data>>(key: K): Data[K] | undefined {
    const value = this.get(key);
    this.delete(key);
    return value;
  }

  /**
   * Sets a key to what `fn` makes of its value, and returns that. When another request has changed the session in the
   * meantime `fn` runs again on the newer value, so that a counter loses no step; it should do nothing else than compute.
   *
   * @throws `NOT_SERIALIZABLE`, `SESSION_COMMITTED`
   */
  update<K extends Key<Data>>(key: K, fn: (current: Data[K] | undefined) => Value<Data, K>): Value<Data, K> {
    return this.#writable().draft.update(key, fn as Updater) as Value<Data, K>;
  }

  /**
   * Drops data, flash messages and subject. A session with a subject ends as by {@link destroy}: this is how people log
   * out, and a request that is still under way must not write into what comes after.
   *
   * @throws `SESSION_COMMITTED`
   */
  clear(): void {
    if (this.subject === undefined) this.#writable().draft.clear();
    else this.destroy();
  }

  /** Leaves a message for the next request that awaits the session, and for no other. @throws as {@link set} does */
  flash<K extends Key<Flash>>(key: K, value: Value<Flash, K>): void {
    this.#writable().draft.flash(key, value);
  }

  /** The message that the previous request left. */
  flashed<K extends Key<Flash>>(key: K): Flash[K] | undefined {
    return this.#state.draft.flashed(key) as Flash[K] | undefined;
  }

  /**
   * Says who this is, after they proved it. The session gets a new id, and the old one is dead before the new cookie
   * leaves (OWASP: session fixation). Data is kept, unless it belonged to another subject; then only what this request
   * wrote is.
   *
   * @param subject - a stable identifier of the user: not empty, no NUL, and no half of a surrogate pair, which engines
   * write as one and the same replacement character
   * @throws `INVALID_OPTION`, `SESSION_COMMITTED`
   */
  bind(subject: string): void {
    const state = this.#writable();
    const isName = typeof subject === "string" && /^[^\0\p{Cs}]+$/u.test(subject);
    assertOption(isName, "bind needs a non-empty string: String(user.id)");
    const { draft, about, context } = state;
    if ((about.subject ?? subject) !== subject) {
      this.destroy();
      state.draft = draft.rebase({ d: {}, p: context.persistent }, []);
    }
    state.draft.delete(NOTES);
    state.about = { ...state.about, subject, authenticatedAt: context.now() };
    state.renewal = "bind";
  }

  /** Gives the session a new id; for a change of privilege that is no login. @throws `SESSION_COMMITTED` */
  regenerate(): void {
    const state = this.#writable();
    state.renewal ??= "regenerate";
  }

  /**
   * Ends the session on the server and removes its cookie. Afterwards this object is a new, empty session; it gets an
   * id of its own if anything is written to it.
   *
   * @throws `SESSION_COMMITTED`
   */
  destroy(): void {
    const state = this.#writable();
    state.ended ??= state.kept;
    state.isDestroyed = true;
    Object.assign(state, newSession(state.context));
  }

  #latest(): LoadedSession | undefined {
    return this.#state.after ?? this.#state.kept;
  }

  #writable(): SessionState {
    if (this.#state.isCommitted) {
      throw new SessionCommittedError("Change the session before the response is returned.");
    }
    return this.#state;
  }
}
