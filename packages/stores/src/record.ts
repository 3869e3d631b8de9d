import type { StoredSession } from "@coatcheck/core";
import { withInstants } from "./instants.ts";

/** A session as one string, for engines that keep values and know nothing of fields. */
export function toRecord(session: StoredSession): string {
  return JSON.stringify(withInstants(session));
}

/**
 * The session in a record. `null` for what is none, because its writer died halfway or somebody else wrote there:
 * whoever asks is told that there is no session, and can begin a new one.
 */
export function parseRecord(text: string): StoredSession | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  return isStoredSession(parsed) ? parsed : null;
}

function isStoredSession(value: unknown): value is StoredSession {
  if (typeof value !== "object" || value === null) return false;
  const { data, version, createdAt, expiresAt } = value as Partial<Record<keyof StoredSession, unknown>>;
  return typeof data === "string" && [version, createdAt, expiresAt].every(Number.isSafeInteger);
}
