import { WeakSecretError } from "../errors.ts";
import { toBytes } from "../lib/base64url.ts";
import type { Secrets } from "./key-ring.ts";

/**
 * Parts of values printed in documentation and copied into production from there, lower-case and without punctuation:
 * express-session, iron-session, jwt.io, Better Auth, Fastify, Flask, h3, Redash. Superset was broken into through such a one (CVE-2023-27524).
 */
const KNOWN =
  /keyboardcat|qwertyuiop|(change|replace)(me|this|with)|your.*(secret|key)|donotuse|processenv|atleast|minimum|biggerthan|betterauth|192b9bdd|80d42cfb|c292a0a3/;

/**
 * {@link Secrets} as a list, without any that can be guessed.
 *
 * @throws `WEAK_SECRET`; the message says which one of the list and why, never what it is
 */
export function parseSecrets(secrets: Secrets | undefined): readonly string[] {
  const list: readonly unknown[] = [secrets].flat();
  // An empty list is told of as one whose first is missing.
  return (list.length > 0 ? list : [undefined]).map((secret, index) => {
    const weakness = list.indexOf(secret) < index ? "is there twice" : weaknessOf(secret);
    if (weakness) {
      throw new WeakSecretError(`secrets[${index}] ${weakness}. A good one: openssl rand -hex 32`);
    }
    return secret as string;
  });
}

function weaknessOf(secret: unknown): string | false {
  /** As many as the hash behind the keys has (RFC 7518 §3.2 asks the same of HS256). */
  const minBytes = 32;
  if (typeof secret !== "string") return "is no string (is the variable set?)";
  if (toBytes(secret).length < minBytes) return `has fewer than ${minBytes} bytes`;
  const isKnown = KNOWN.test(secret.toLowerCase().replace(/[^a-z\d]/g, ""));
  return (isKnown || isMonotonous(secret)) && "is easy to guess";
}

/**
 * `aaaa…`, `abcd…`, `hunter2-hunter2-…`: whoever knows a part knows the rest. Told by how often a character follows on the
 * two before in the same way; among random ones, hexadecimal or other, that seldom happens twice.
 */
function isMonotonous(text: string): boolean {
  const step = (index: number) => text.charCodeAt(index + 1) - text.charCodeAt(index);
  const turns = Array.from({ length: text.length - 2 }, (_, index) => `${step(index)} ${step(index + 1)}`);
  return new Set(turns).size < Math.min(turns.length * 0.7, 60);
}
