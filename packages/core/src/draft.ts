import { NotSerializableError } from "./errors.ts";
import { assertSerializable } from "./serializable.ts";

/** What a session holds: parsed, as one request sees it. */
export interface Content {
  readonly values: ReadonlyMap<string, unknown>;
  /** Flash messages, each with the version of the session that first held it. */
  readonly flash: ReadonlyMap<string, readonly [since: number, message: unknown]>;
  readonly persistent: boolean;
}

/** A change that is computed from what the session holds, and computed again when that was out of date. */
export type Updater = (current: unknown) => unknown;

/** The content of a session that does not exist yet. */
export function emptyContent(persistent: boolean): Content {
  return { values: new Map(), flash: new Map(), persistent };
}

/** Reads what {@link Draft.encode} wrote, parsed as JSON; `undefined` when it is something else. */
export function parseContent(stored: unknown): Content | undefined {
  const { d: values, f: flash = {}, p } = Object(stored);
  if (!isRecord(values) || !isRecord(flash) || !Object.values(flash).every(Array.isArray)) return undefined;
  return {
    values: new Map(Object.entries(values)),
    flash: new Map(Object.entries(flash as Record<string, [number, unknown]>)),
    persistent: p === 1,
  };
}

/**
 * The working copy that a request changes. Values are handed out as they are, so `get("cart").push("book")` is a change
 * like any other: changes are found by content, at the end. They can then be applied again to what another request has
 * made of the session in the meantime.
 */
export class Draft {
  readonly #loaded: Content;
  /** The values as loaded, key by key; taken before the first one that could be changed is handed out. */
  #before: Map<string, string | undefined> | undefined;
  readonly #version: number;
  readonly values: Map<string, unknown>;
  readonly #updates = new Map<string, { readonly updaters: readonly Updater[]; readonly result: string | undefined }>();
  readonly #messages = new Map<string, unknown>();
  #isCleared = false;
  persistent: boolean;

  /** @param version - the version of the session that `loaded` was read from; 0 when there is none */
  constructor(loaded: Content, version: number) {
    this.#loaded = loaded;
    this.#version = version;
    this.values = new Map(loaded.values);
    this.persistent = loaded.persistent;
  }

  get(key: string): unknown {
    const value = this.values.get(key);
    if (isObject(value)) this.#remember();
    return value;
  }

  entries(): IterableIterator<[string, unknown]> {
    this.#remember();
    return this.values.entries();
  }

  set(key: string, value: unknown): void {
    assertStorable(key, value);
    this.#remember();
    this.#updates.delete(key);
    this.values.set(key, value);
  }

  delete(key: string): boolean {
    this.#remember();
    this.#updates.delete(key);
    return this.values.delete(key);
  }

  update(key: string, updater: Updater): unknown {
    const before = this.#remember().get(key);
    const { updaters, result } = this.#updates.get(key) ?? { updaters: [], result: before };
    // A value that was set or mutated here has no input elsewhere to run the updater on again: it counts as set.
    const canRunAgain = result === this.#jsonOf(key);
    const value = updater(this.values.get(key));
    this.set(key, value);
    if (canRunAgain) this.#updates.set(key, { updaters: [...updaters, updater], result: this.#jsonOf(key) });
    return value;
  }

  flash(key: string, message: unknown): void {
    assertStorable(key, message);
    this.#messages.set(key, message);
  }

  flashed(key: string): unknown {
    return this.#isCleared ? undefined : this.#loaded.flash.get(key)?.[1];
  }

  clear(): void {
    this.#remember();
    this.values.clear();
    this.#updates.clear();
    this.#messages.clear();
    this.#isCleared = true;
  }

  /** Whether nothing is left to keep. Messages for this request are used up; those for the next one are not. */
  isEmpty(): boolean {
    return this.values.size + this.#messages.size + this.#unseen().length === 0;
  }

  isChanged(): boolean {
    return (
      this.#loaded.flash.size + this.#messages.size > 0 || this.isPersistenceChanged || this.#changedKeys().length > 0
    );
  }

  get isPersistenceChanged(): boolean {
    return this.persistent !== this.#loaded.persistent;
  }

  /** The same changes on top of what the session holds now. The draft itself stays as it is. */
  rebase(fresh: Content): Draft {
    const draft = new Draft(this.#isCleared ? emptyContent(fresh.persistent) : fresh, this.#version);
    if (this.isPersistenceChanged) draft.persistent = this.persistent;
    for (const key of this.#changedKeys()) {
      const update = this.#updates.get(key);
      if (update !== undefined && update.result === this.#jsonOf(key)) {
        for (const updater of update.updaters) draft.update(key, updater);
      } else if (this.values.has(key)) {
        draft.set(key, this.values.get(key));
      } else {
        draft.delete(key);
      }
    }
    for (const [key, message] of this.#messages) draft.flash(key, message);
    return draft;
  }

  /** @param version - the version the session will have once this is stored */
  encode(version: number): string {
    // What was handed out or set may have been mutated since into something JSON cannot give back.
    if (this.#before !== undefined) for (const [key, value] of this.values) assertSerializable(value, key);
    // A regenerated session counts versions from 1 again; a message must not be younger than the session it is in.
    const flash = this.#unseen().map(([key, [since, message]]) => [key, [Math.min(since, version), message]] as const);
    for (const [key, message] of this.#messages) flash.push([key, [version, message]]);
    return JSON.stringify({
      d: Object.fromEntries(this.values),
      f: flash.length > 0 ? Object.fromEntries(flash) : undefined,
      p: this.persistent ? 1 : undefined,
    });
  }

  /** For the message of an error: the keys that take the most room, largest first. */
  largestKeys(): string {
    return [...this.values.keys()]
      .map((key) => ({ key, size: new TextEncoder().encode(this.#jsonOf(key)).length }))
      .sort((a, b) => b.size - a.size)
      .slice(0, 3)
      .map(({ key, size }) => `${key} (${size} bytes)`)
      .join(", ");
  }

  /** Messages that another request left for the next one after this one had loaded; not this request's to use up. */
  #unseen(): [string, readonly [number, unknown]][] {
    return this.#isCleared ? [] : [...this.#loaded.flash].filter(([, [since]]) => since > this.#version);
  }

  #remember(): ReadonlyMap<string, string | undefined> {
    this.#before ??= new Map([...this.values.keys()].map((key) => [key, this.#jsonOf(key)]));
    return this.#before;
  }

  #changedKeys(): string[] {
    const before = this.#before;
    if (before === undefined) return [];
    return [...new Set([...before.keys(), ...this.values.keys()])].filter(
      (key) => before.get(key) !== this.#jsonOf(key),
    );
  }

  /** `undefined` for a key that is not there. */
  #jsonOf(key: string): string | undefined {
    const value = this.values.get(key);
    try {
      return JSON.stringify(value);
    } catch (error) {
      // Fine when it was set, and since then part of itself, or holding a bigint: this says where.
      assertSerializable(value, key);
      throw error;
    }
  }
}

function assertStorable(key: string, value: unknown): void {
  if (typeof key !== "string") throw new NotSerializableError("A session key must be a string.");
  assertSerializable(value, key);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}
