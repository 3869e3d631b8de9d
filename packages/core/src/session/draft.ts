import { NotSerializableError } from "../errors.ts";
import { assertSerializable } from "./serializable.ts";

/** What a session holds, as it is stored: JSON with short names, for in cookie modes each byte travels. */
export interface Content {
  /** The data. */
  readonly d: Readonly<Record<string, unknown>>;
  /** Flash messages, each with the version it was first written at, which tells it from another of that key. */
  readonly f?: readonly FlashMessage[] | undefined;
  /** Whether the cookie outlives the browser. */
  readonly p?: boolean | undefined;
  /** What extensions noted. */
  readonly n?: Notes | undefined;
}

/** What extensions keep with a session beside its data, by their names: JSON. A login drops it. */
export interface Notes {
  /** The session ends at this instant at the latest, epoch milliseconds. */
  readonly endsAt?: number | undefined;
  readonly [name: string]: unknown;
}

/** The key of the notes among the values: no string, so that no key of the application's is ever taken for it. */
export const NOTES: unique symbol = Symbol("notes");

type Key = string | typeof NOTES;

/** Whether something is what {@link Draft.encode} wrote. */
export function isContent(stored: unknown): stored is Content {
  const { d, f = [] } = Object(stored);
  return Object(d) === d && !Array.isArray(d) && Array.isArray(f) && f.every(Array.isArray);
}

type FlashMessage = readonly [key: string, message: unknown, since: number];

/** A change that is computed from what the session holds, and computed again when that was out of date. */
export type Updater = (current: unknown) => unknown;

/**
 * The working copy that a request changes. Values are handed out as they are, so `get("cart").push("book")` is a change
 * like any other: changes are found by content, at the end. They can then be applied again to what another request has
 * made of the session in the meantime.
 */
export class Draft {
  readonly #values: Map<Key, unknown>;
  persistent: boolean;
  readonly #loaded: Content;
  /** Messages for this request. */
  #inbox: readonly FlashMessage[];
  /** Messages that another request left for the next one after this one had loaded; not this request's to use up. */
  #unseen: readonly FlashMessage[] = [];
  readonly #outbox = new Map<string, unknown>();
  /** JSON of the values as loaded, by key: see {@link values}. */
  #before: ReadonlyMap<Key, string | undefined> | undefined;
  /** What was set, updated and deleted here, be it to no effect: how to do it again, and the JSON that came of it. */
  readonly #writes = new Map<Key, { readonly updater: Updater; readonly result: string | undefined }>();
  #isCleared = false;

  constructor(loaded: Content) {
    this.#loaded = loaded;
    this.#inbox = loaded.f ?? [];
    this.#values = new Map<Key, unknown>(Object.entries(loaded.d));
    if (loaded.n) this.#values.set(NOTES, loaded.n);
    this.persistent = loaded.p === true;
  }

  /** The values, for whoever may change them: from here on they have to be compared with what they were. */
  get values(): Map<Key, unknown> {
    this.#before ??= new Map([...this.#values.keys()].map((key) => [key, this.#jsonOf(key)]));
    return this.#values;
  }

  /** A value. One that is no object cannot be changed in place, and most requests read no other. */
  get(key: Key): unknown {
    const value = this.#values.get(key);
    return Object(value) === value ? this.values.get(key) : value;
  }

  /** To be looked at only; what is to be changed in place comes out of {@link get}. */
  get notes(): Notes {
    return (this.#values.get(NOTES) ?? {}) as Notes;
  }

  /** An update that does not ask what was there. */
  set(key: Key, value: unknown): void {
    this.#write(key, value, () => value);
  }

  update(key: Key, updater: Updater): unknown {
    const current = this.values.get(key);
    const earlier = this.#writes.get(key);
    // A value that was mutated here has no input elsewhere to run the updater on again: it counts as set.
    const canRunAgain = (earlier ? earlier.result : this.#before?.get(key)) === this.#jsonOf(key);
    const value = updater(current);
    const again: Updater = (newer) => updater(earlier ? earlier.updater(newer) : newer);
    this.#write(key, value, canRunAgain ? again : () => value);
    return value;
  }

  delete(key: Key): boolean {
    this.#writes.set(key, { updater: () => undefined, result: undefined });
    return this.values.delete(key);
  }

  flash(key: string, message: unknown): void {
    assertStorable(key, message);
    this.#outbox.set(key, message);
  }

  flashed(key: string): unknown {
    return this.#inbox.findLast(([name]) => name === key)?.[1];
  }

  clear(): void {
    this.values.clear();
    this.#inbox = [];
    this.#unseen = [];
    this.#outbox.clear();
    this.#isCleared = true;
  }

  /** Whether nothing is left to keep. Messages for this request are used up; those for the next one are not. */
  isEmpty(): boolean {
    return this.#values.size + this.#outbox.size + this.#unseen.length === 0;
  }

  isChanged(): boolean {
    return this.isPersistenceChanged() || [...(this.#loaded.f ?? []), ...this.#outbox, ...this.#changed()].length > 0;
  }

  isPersistenceChanged(): boolean {
    return this.persistent !== (this.#loaded.p === true);
  }

  /**
   * The same changes on top of what the session holds now. The draft itself stays as it is.
   *
   * @param inbox - messages that can be read from now on
   */
  rebase(fresh: Content, inbox: readonly FlashMessage[] = this.#inbox): Draft {
    const draft = new Draft(this.#isCleared ? { d: {}, p: fresh.p } : fresh);
    const isSeen = ([key, , since]: FlashMessage) =>
      this.#loaded.f?.some((seen) => seen[0] === key && seen[2] === since);
    draft.#unseen = draft.#inbox.filter((message) => !isSeen(message));
    draft.#inbox = inbox;
    if (this.isPersistenceChanged()) draft.persistent = this.persistent;
    for (const key of new Set([...this.#changed(), ...this.#writes.keys()])) {
      const write = this.#writes.get(key);
      if (!this.values.has(key)) {
        // Nothing was there and nothing is: no change, whatever others put there.
        if (this.#before?.has(key)) draft.delete(key);
      } else if (write !== undefined && write.result === this.#jsonOf(key)) {
        draft.update(key, write.updater);
      } else {
        draft.set(key, this.values.get(key));
      }
    }
    for (const [key, message] of this.#outbox) draft.flash(key, message);
    return draft;
  }

  /** @param version - the version the session will have once this is stored */
  encode(version: number): string {
    // What was handed out or set may have been mutated since into something JSON cannot give back.
    for (const key of this.#changed()) if (this.values.has(key)) assertSerializable(this.values.get(key), String(key));
    for (const [key, message] of this.#outbox) assertSerializable(message, key);
    const sent = [...this.#outbox].map(([key, message]): FlashMessage => [key, message, version]);
    const flash = [...this.#unseen, ...sent];
    const content: Content = {
      // Which leaves the notes out, whose key is a symbol.
      d: Object.fromEntries(this.values),
      f: flash.length > 0 ? flash : undefined,
      p: this.persistent || undefined,
      n: this.values.get(NOTES) as Notes | undefined,
    };
    return JSON.stringify(content);
  }

  #write(key: Key, value: unknown, updater: Updater): void {
    assertStorable(key, value);
    this.values.set(key, value);
    this.#writes.set(key, { updater, result: this.#jsonOf(key) });
  }

  #changed(): Key[] {
    const before = this.#before;
    return before
      ? [...before.keys(), ...this.#values.keys()].filter((key) => before.get(key) !== this.#jsonOf(key))
      : [];
  }

  /** `undefined` for a key that is not there; no JSON for what was mutated into something it cannot hold: see `encode`. */
  #jsonOf(key: Key): string | undefined {
    try {
      return JSON.stringify(this.#values.get(key));
    } catch {
      return "";
    }
  }
}

function assertStorable(key: Key, value: unknown): void {
  if (key !== NOTES && typeof key !== "string") throw new NotSerializableError("A key must be a string.");
  assertSerializable(value, String(key));
}
