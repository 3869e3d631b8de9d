import type { StoredSession } from "@coatcheck/core";

/** A store key, in the form of a SHA-256 in base64url. */
export function key(name: string): string {
  return name.padEnd(42, "-").concat("A");
}

/** The keys of `0`, `1`, `2` and so on. */
export function keys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => key(`${index}`));
}

/** A session as the core stores it, with these fields changed. */
export function stored(differences: Partial<StoredSession> = {}): StoredSession {
  return { data: '{"d":{}}', version: 1, createdAt: later() - 7_200_000, expiresAt: later(), ...differences };
}

const IN_AN_HOUR = Date.now() + 3_600_000;

/** An instant in the future, even by an engine's clock that is some minutes ahead. Every call returns the same. */
export function later(): number {
  return IN_AN_HOUR;
}
