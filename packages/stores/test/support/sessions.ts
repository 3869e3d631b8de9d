import type { StoredSession } from "@coatcheck/core";

/** A store key, told apart from others by its name. */
export function storeKey(name: string | number): string {
  return `${name}`.padEnd(42, "-").concat("A");
}

/** A prefix that no other test has, for stores that share an engine. */
export function newPrefix(): string {
  return `${crypto.randomUUID()}:`;
}

/**
 * A session that ends an hour after it was made.
 *
 * @param createdAt - epoch milliseconds; for tests with a clock of their own, and those that want the same each time
 */
export function sessionOf(differences: Partial<StoredSession> = {}, createdAt: number = Date.now()): StoredSession {
  return { data: '{"d":{}}', version: 1, createdAt, expiresAt: createdAt + 3_600_000, ...differences };
}
