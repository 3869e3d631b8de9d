import { isRecord } from "../lib/is-record.ts";
import { parseJson } from "../lib/json.ts";
import type { LoadedSession } from "./backend.ts";

/** What a sealed cookie says besides the session's content. */
export interface SealedClaims {
  readonly id: string;
  readonly epoch: number | undefined;
  /** When the cookie was made, epoch milliseconds. */
  readonly issuedAt: number;
  readonly session: LoadedSession["session"];
}

/** The claims with the content, as JSON text. Instants are epoch milliseconds, unlike the seconds of JWT. */
export function encodeClaims({ id, epoch, issuedAt, session }: SealedClaims, data: string): string {
  const claims = JSON.stringify({
    id,
    v: session.version,
    iat: issuedAt,
    exp: session.expiresAt,
    crt: session.createdAt,
    sub: session.subject,
    aut: session.authenticatedAt,
    epo: epoch,
  });
  // The data is JSON already. As a JSON string inside JSON, each of its quotes would take a byte more.
  const withoutBrace = claims.slice(0, -"}".length);
  return `${withoutBrace},"c":${data}}`;
}

/**
 * The claims and the content of a text that verified. Only a holder of the secret can seal a text that
 * {@link encodeClaims} did not write, and even that must not throw: its instants are `undefined`, and the lifecycle
 * rejects it as `invalid-data`.
 */
export function decodeClaims(text: string): Omit<SealedClaims, "issuedAt"> & { readonly content: unknown } {
  const json = parseJson(text);
  const { id, v, exp, crt, sub, aut, epo, c } = isRecord(json) ? json : {};
  return {
    id: String(id),
    epoch: epo as number | undefined,
    // Checked by the lifecycle, which trusts no stored session: see `rejectionOf`.
    session: {
      version: v,
      createdAt: crt,
      expiresAt: exp,
      subject: sub,
      authenticatedAt: aut,
    } as LoadedSession["session"],
    content: c,
  };
}
