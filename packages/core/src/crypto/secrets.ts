import { WeakSecretError } from "../errors.ts";
import { toBytes } from "../lib/base64url.ts";
import type { Secrets } from "./key-ring.ts";

/** The output length of the hash behind the keys. RFC 7518 §3.2 asks the same of HS256. */
const MIN_BYTES = 32;

/**
 * Fragments of secrets that were published in documentation and copied into production from there, in lower case and
 * without punctuation: express-session, iron-session, jwt.io, Better Auth, Fastify, Flask, h3, Redash. Superset was
 * compromised through such a secret (CVE-2023-27524).
 */
const PUBLISHED =
  /keyboardcat|qwertyuiop|(change|replace)(me|this|with)|your.*(secret|key)|donotuse|processenv|atleast|minimum|biggerthan|betterauth|192b9bdd|80d42cfb|c292a0a3/;

/**
 * The secrets as a list.
 *
 * @throws `WEAK_SECRET` when one is missing, short, repeated or guessable. The message names its index and the reason,
 * never its value
 */
export function parseSecrets(secrets: Secrets | undefined): readonly string[] {
  const given: readonly unknown[] = [secrets].flat();
  // The message for an empty list is that of a missing first secret.
  const list = given.length > 0 ? given : [undefined];
  return list.map((secret, index) => {
    const weakness = list.indexOf(secret) < index ? "is repeated" : weaknessOf(secret);
    if (weakness !== undefined) {
      throw new WeakSecretError(`secrets[${index}] ${weakness}. Make one with: openssl rand -hex 32`);
    }
    return secret as string;
  });
}

function weaknessOf(secret: unknown): string | undefined {
  if (secret === undefined) return "is undefined: is the environment variable set?";
  if (typeof secret !== "string") return `must be a string, got ${secret === null ? "null" : typeof secret}`;
  if (toBytes(secret).length < MIN_BYTES) return `has fewer than ${MIN_BYTES} bytes`;
  const isPublished = PUBLISHED.test(secret.toLowerCase().replace(/[^a-z\d]/g, ""));
  return isPublished || isPredictable(secret) ? "is easy to guess" : undefined;
}

/**
 * Whether a part of the text reveals the rest, as in `aaaa…`, `abcd…` or `hunter2-hunter2-…`. Counts the distinct pairs
 * of consecutive steps between characters: in random text, hexadecimal or other, few of them repeat.
 */
function isPredictable(text: string): boolean {
  const step = (index: number) => text.charCodeAt(index + 1) - text.charCodeAt(index);
  const pairs = Array.from({ length: text.length - 2 }, (_, index) => `${step(index)} ${step(index + 1)}`);
  return new Set(pairs).size < Math.min(pairs.length * 0.7, 60);
}
