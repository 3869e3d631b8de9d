import type { StoredSession } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";

/**
 * An instant as engines keep it: a whole millisecond. A clock or a lifetime may have fractions, which some refuse, one of
 * them halfway through a script.
 *
 * @throws `INVALID_OPTION` for what is no instant: compared with NaN, everything has expired and nothing has
 */
export function toInstant(at: number): number {
  assertArgument(Number.isFinite(at), "An instant is epoch milliseconds");
  return Math.floor(at);
}

/** The session with its instants as engines keep them. @throws `INVALID_OPTION` */
export function withInstants(session: StoredSession): StoredSession {
  const { createdAt, expiresAt, authenticatedAt } = session;
  return {
    ...session,
    createdAt: toInstant(createdAt),
    expiresAt: toInstant(expiresAt),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt: toInstant(authenticatedAt) }),
  };
}
