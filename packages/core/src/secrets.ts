import { toBytes } from "./base64url.ts";
import { WeakSecretError } from "./errors.ts";
import type { Secrets } from "./key-ring.ts";

/** Bytes a secret needs: as many as the hash behind the keys has (RFC 7518 §3.2 asks the same of HS256). */
const MIN_BYTES = 32;

/** 32 random hexadecimal digits have fewer different steps from one to the next less than once in 10^9 times. */
const MIN_DISTINCT_STEPS = 8;

/**
 * Parts of values printed in documentation and copied into production from there, lower-case and without punctuation:
 * express-session, iron-session, jwt.io, Better Auth, Flask, h3. Superset was broken into through such a one (CVE-2023-27524).
 */
const KNOWN = /keyboardcat|changeme|replace(me|this)|atleast|betterauthsecret|192b9bdd22ab9ed4|80d42cfb1cd2462c/;

/**
 * {@link Secrets} as a list, without any that can be guessed.
 *
 * @throws `WEAK_SECRET`; the message says which one of the list and why, never what it is
 */
export function parseSecrets(secrets: Secrets | undefined): readonly string[] {
  const list: readonly unknown[] = [secrets].flat();
  if (list.length === 0) throw new WeakSecretError("secrets is empty.");
  return list.map((secret, index) => {
    if (list.indexOf(secret) < index) throw new WeakSecretError(`secrets[${index}] is there twice. Remove it.`);
    const weakness = weaknessOf(secret);
    if (weakness) {
      throw new WeakSecretError(
        `secrets[${index}] ${weakness}. A good one: node -p "crypto.randomBytes(32).toString('hex')"`,
      );
    }
    return secret as string;
  });
}

function weaknessOf(secret: unknown): string | false {
  if (typeof secret !== "string") return "is no string: is the environment variable set?";
  if (toBytes(secret).length < MIN_BYTES) return `has fewer than ${MIN_BYTES} bytes`;
  const isKnown = KNOWN.test(secret.toLowerCase().replace(/[^a-z\d]/g, ""));
  return (isKnown || isMonotonous(secret)) && "is easy to guess";
}

/** `aaaa…`, `abcd…`, `hunter2hunter2…`: steps of few kinds, or one part written again and again. */
function isMonotonous(text: string): boolean {
  const steps = [...text].map((_, index) => text.charCodeAt(index + 1) - text.charCodeAt(index));
  const isPeriod = (length: number) => length > 0 && length * 2 <= text.length && text.startsWith(text.slice(length));
  return new Set(steps).size <= MIN_DISTINCT_STEPS || steps.some((_, length) => isPeriod(length));
}
