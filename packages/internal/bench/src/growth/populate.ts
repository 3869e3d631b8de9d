import { randomBytes } from "node:crypto";
import type { StoredSession } from "@coatcheck/core";

/** A session with its store key. */
export interface KeyedSession {
  readonly key: string;
  readonly session: StoredSession & { readonly subject: string };
}

/** Inserts sessions into a store. */
export type Insert = (batch: readonly KeyedSession[]) => Promise<unknown>;

/** The parts of a stored session that operations need. */
export interface KnownSession {
  readonly key: string;
  readonly subject: string;
  /** Incremented by each write. */
  version: number;
}

/** A sample of the sessions in a store, spread over all of them. */
export interface Sample {
  /** The number of sessions in the store. */
  readonly count: number;
  /** Returns another session at each call, in random order, which no engine stores them in. */
  next(): KnownSession;
}

/** The number of sessions in one insert. */
const BATCH = 1_000;
/** The size of a sample: larger than the number of operations in a round, so that they reach pages that are not cached. */
const SAMPLE = 100_000;

const HOUR = 3_600_000;
/** Milliseconds from the last use of a session to its end. */
const IDLE_TIMEOUT = 24 * HOUR;

/** Creates sessions that live for at least an hour, inserts them, and returns a sample of them. */
export async function populate(count: number, insert: Insert): Promise<Sample> {
  const known: KnownSession[] = [];
  const step = Math.ceil(count / SAMPLE);
  await inBatches(count, insert, (index) => {
    const expiresAt = Date.now() + HOUR + Math.floor(Math.random() * (IDLE_TIMEOUT - HOUR));
    const made = { key: newKey(), session: newSession(`user-${index}`, expiresAt) };
    if (index % step === 0) known.push({ key: made.key, subject: made.session.subject, version: 1 });
    return made;
  });
  shuffle(known);
  let turn = 0;
  return {
    count,
    next() {
      const next = known[turn++ % known.length];
      if (next === undefined) throw new Error("an empty store has no sample");
      return next;
    },
  };
}

/** Creates and inserts sessions that expired during the last hour. */
export async function populateExpired(count: number, insert: Insert): Promise<void> {
  await inBatches(count, insert, (index) => {
    const expiresAt = Date.now() - 1 - Math.floor(Math.random() * HOUR);
    return { key: newKey(), session: newSession(`expired-${index}`, expiresAt) };
  });
}

export function newKey(): string {
  return randomBytes(32).toString("base64url");
}

/** A session with about 200 bytes of data. By default it was used just now. */
export function newSession(subject: string, expiresAt: number = Date.now() + IDLE_TIMEOUT): KeyedSession["session"] {
  const cart = Array.from({ length: 8 }, (_, item) => `item number ${item}`);
  return { data: JSON.stringify({ d: { cart } }), version: 1, createdAt: expiresAt - IDLE_TIMEOUT, expiresAt, subject };
}

async function inBatches(count: number, insert: Insert, make: (index: number) => KeyedSession): Promise<void> {
  for (let done = 0; done < count; done += BATCH) {
    await insert(Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => make(done + index)));
  }
}

function shuffle(list: KnownSession[]): void {
  for (const [index, here] of list.entries()) {
    const other = Math.floor(Math.random() * (index + 1));
    list[index] = list[other] ?? here;
    list[other] = here;
  }
}
