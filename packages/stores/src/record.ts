import type { StoredSession } from "@coatcheck/core";
import { withInstants } from "./instants.ts";

/** Serializes a session to one string, for engines that store values without fields. */
export function toRecord(session: StoredSession): string {
  return JSON.stringify(withInstants(session));
}

/**
 * Parses a record. Any other text is no session: its writer died halfway, or another program wrote it. The visitor can
 * then begin a new session.
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
