import { NotSerializableError } from "../errors.ts";
import {
  type ExtensionData,
  emptyContent,
  encodeContent,
  type FlashMessage,
  type SessionContent,
} from "../stores/session-content.ts";
import { assertSerializable } from "./serializable.ts";

/** The key of the extension data among the values. A symbol, so that it can never be a key of the application. */
export const EXTENSION_DATA: unique symbol = Symbol("extension data");

type Key = string | typeof EXTENSION_DATA;

/** Computes a new value from the current one. It runs again when the current value turns out to be outdated. */
export type Updater = (current: unknown) => unknown;

/** A write of this request, with the JSON it resulted in. `undefined`: the key was deleted. */
interface Write {
  readonly updater: Updater;
  readonly result: string | undefined;
}

/**
 * The working copy of a session's content that a request changes. Values are handed out as they are, so
 * `get("cart").push("book")` is a change like any other: changes are found by comparing content, at the end. They can
 * then be applied again to what another request has made of the session meanwhile.
 */
export class Draft {
  persistent: boolean;
  readonly #loaded: SessionContent;
  readonly #values: Map<Key, unknown>;
  /** Flash messages that this request can read. */
  #incomingFlash: readonly FlashMessage[];
  /** Flash messages that another request added after this one had loaded. They stay for the next request. */
  #laterFlash: readonly FlashMessage[] = [];
  /** Flash messages that this request adds. */
  readonly #outgoingFlash = new Map<string, unknown>();
  /** JSON of the values as they were loaded, by key. Set once a value was handed out that can be changed in place. */
  #jsonBefore: ReadonlyMap<Key, string | undefined> | undefined;
  /** What this request set, updated and deleted, also where that changed nothing. */
  readonly #writes = new Map<Key, Write>();
  #isCleared = false;

  constructor(loaded: SessionContent) {
    this.#loaded = loaded;
    this.#incomingFlash = loaded.flash;
    this.#values = new Map<Key, unknown>(Object.entries(loaded.data));
    if (loaded.extensionData) this.#values.set(EXTENSION_DATA, loaded.extensionData);
    this.persistent = loaded.persistent;
  }

  /** All values, for callers that may change them. From here on they are compared with what was loaded. */
  get values(): Map<Key, unknown> {
    this.#jsonBefore ??= new Map([...this.#values.keys()].map((key) => [key, this.#jsonOf(key)]));
    return this.#values;
  }

  /** One value. Only an object can be changed in place, and most requests read no objects: see {@link values}. */
  get(key: Key): unknown {
    const value = this.#values.get(key);
    const canBeChanged = typeof value === "object" && value !== null;
    return canBeChanged ? this.values.get(key) : value;
  }

  /** Read-only. A caller that changes an object in place must get it by {@link get}. */
  get extensionData(): ExtensionData {
    return (this.#values.get(EXTENSION_DATA) ?? {}) as ExtensionData;
  }

  /** Data keys with their values, for callers that may change them. */
  dataEntries(): [key: string, value: unknown][] {
    return [...this.values].filter((entry): entry is [string, unknown] => entry[0] !== EXTENSION_DATA);
  }

  set(key: Key, value: unknown): void {
    this.#write(key, value, () => value);
  }

  update(key: Key, updater: Updater): unknown {
    const current = this.values.get(key);
    const earlier = this.#writes.get(key);
    const knownJson = earlier ? earlier.result : this.#jsonBefore?.get(key);
    // A value that was changed in place cannot be computed again from a newer one. It counts as set.
    const canRunAgain = knownJson === this.#jsonOf(key);
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
    this.#outgoingFlash.set(key, message);
  }

  flashed(key: string): unknown {
    const found = this.#incomingFlash.findLast(([name]) => name === key);
    return found?.[1];
  }

  clear(): void {
    this.values.clear();
    this.#incomingFlash = [];
    this.#laterFlash = [];
    this.#outgoingFlash.clear();
    this.#isCleared = true;
  }

  /** Whether there is nothing to store. Messages for this request are used up; messages for the next one are not. */
  isEmpty(): boolean {
    return this.#values.size + this.#outgoingFlash.size + this.#laterFlash.length === 0;
  }

  isChanged(): boolean {
    const hasFlash = this.#loaded.flash.length + this.#outgoingFlash.size > 0;
    return this.isPersistenceChanged() || hasFlash || this.#changedKeys().length > 0;
  }

  isPersistenceChanged(): boolean {
    return this.persistent !== this.#loaded.persistent;
  }

  /**
   * A new draft: the same changes on top of newer content. This draft stays as it is.
   *
   * @param incomingFlash - messages that can be read from now on
   */
  rebase(newer: SessionContent, incomingFlash: readonly FlashMessage[] = this.#incomingFlash): Draft {
    const draft = new Draft(this.#isCleared ? emptyContent(newer.persistent) : newer);
    draft.#laterFlash = draft.#incomingFlash.filter((message) => !this.#hasLoadedFlash(message));
    draft.#incomingFlash = incomingFlash;
    if (this.isPersistenceChanged()) draft.persistent = this.persistent;
    for (const key of new Set([...this.#changedKeys(), ...this.#writes.keys()])) this.#repeatWrite(key, draft);
    for (const [key, message] of this.#outgoingFlash) draft.flash(key, message);
    return draft;
  }

  /** @param version - the version of the session once this is stored */
  encode(version: number): string {
    // Values may have been changed in place, after they were set, into something that JSON cannot represent.
    for (const key of this.#changedKeys()) {
      if (this.values.has(key)) assertSerializable(this.values.get(key), String(key));
    }
    for (const [key, message] of this.#outgoingFlash) assertSerializable(message, key);
    const added = [...this.#outgoingFlash].map(([key, message]): FlashMessage => [key, message, version]);
    return encodeContent({
      data: Object.fromEntries(this.dataEntries()),
      flash: [...this.#laterFlash, ...added],
      persistent: this.persistent,
      extensionData: this.values.get(EXTENSION_DATA) as ExtensionData | undefined,
    });
  }

  #write(key: Key, value: unknown, updater: Updater): void {
    assertStorable(key, value);
    this.values.set(key, value);
    this.#writes.set(key, { updater, result: this.#jsonOf(key) });
  }

  /** Does to another draft what this request did to the key. */
  #repeatWrite(key: Key, draft: Draft): void {
    const write = this.#writes.get(key);
    if (!this.values.has(key)) {
      // Deleting a key that did not exist is no change: a value of another request stays.
      if (this.#jsonBefore?.has(key)) draft.delete(key);
    } else if (write !== undefined && write.result === this.#jsonOf(key)) {
      draft.update(key, write.updater);
    } else {
      draft.set(key, this.values.get(key));
    }
  }

  #hasLoadedFlash([key, , version]: FlashMessage): boolean {
    return this.#loaded.flash.some(([loadedKey, , loadedVersion]) => loadedKey === key && loadedVersion === version);
  }

  #changedKeys(): Key[] {
    const before = this.#jsonBefore;
    if (before === undefined) return [];
    return [...before.keys(), ...this.#values.keys()].filter((key) => before.get(key) !== this.#jsonOf(key));
  }

  /** `undefined` when the key does not exist. Empty for a value that is not JSON, which `encode` refuses. */
  #jsonOf(key: Key): string | undefined {
    try {
      return JSON.stringify(this.#values.get(key));
    } catch {
      return "";
    }
  }
}

function assertStorable(key: Key, value: unknown): void {
  if (key !== EXTENSION_DATA && typeof key !== "string") throw new NotSerializableError("A key must be a string.");
  assertSerializable(value, String(key));
}
