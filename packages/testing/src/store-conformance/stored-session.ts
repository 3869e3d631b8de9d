import type { StoredSession } from "@coatcheck/core";

/** A store key: what SHA-256 of an id looks like. */
export function key(name: string): string {
  return name.padEnd(42, "-").concat("A");
}

/** Keys that are told apart by a number. */
export function keys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => key(`${index}`));
}

/** A session as the core would store it, with the given differences. */
export function stored(differences: Partial<StoredSession> = {}): StoredSession {
  return { data: '{"d":{}}', version: 1, createdAt: later() - 7_200_000, expiresAt: later(), ...differences };
}

const IN_AN_HOUR = Date.now() + 3_600_000;

/** An instant in the future by anybody's clock, for engines that drop what has expired. The same in each call. */
export function later(): number {
  return IN_AN_HOUR;
}
