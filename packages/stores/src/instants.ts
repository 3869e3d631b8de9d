import type { StoredSession } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";

/**
 * Rounds an instant down to a whole millisecond. Clocks and lifetimes may have fractions. Some engines reject those,
 * and Redis does so in the middle of a script.
 *
 * @throws `INVALID_OPTION` unless the instant is a finite number. Compared with `NaN`, every session or none has
 * expired
 */
export function toInstant(at: number): number {
  assertArgument(Number.isFinite(at), "An instant must be a finite number of epoch milliseconds");
  return Math.floor(at);
}

/** Rounds the instants of a session down to whole milliseconds. @throws `INVALID_OPTION` */
export function withInstants(session: StoredSession): StoredSession {
  const { createdAt, expiresAt, authenticatedAt } = session;
  return {
    ...session,
    createdAt: toInstant(createdAt),
    expiresAt: toInstant(expiresAt),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt: toInstant(authenticatedAt) }),
  };
}
