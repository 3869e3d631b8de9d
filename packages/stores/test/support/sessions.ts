import type { StoredSession } from "@coatcheck/core";

/** The store key for a name. */
export function storeKey(name: string | number): string {
  return `${name}`.padEnd(42, "-").concat("A");
}

/** A prefix that no other test uses, for stores that share an engine. */
export function newPrefix(): string {
  return `${crypto.randomUUID()}:`;
}

/**
 * A session that expires an hour after its creation.
 *
 * @param createdAt - epoch milliseconds. Fixed in tests with a fake clock, or where every call must return the same
 */
export function sessionOf(differences: Partial<StoredSession> = {}, createdAt: number = Date.now()): StoredSession {
  return { data: '{"d":{}}', version: 1, createdAt, expiresAt: createdAt + 3_600_000, ...differences };
}
