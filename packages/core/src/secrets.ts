import { WeakSecretError } from "./errors.ts";

/** Bytes a secret needs: as many as the hash behind the keys has (RFC 7518 §3.2 asks the same of HS256). */
const MIN_BYTES = 32;

/** Fewer different characters than this in 32 random hexadecimal digits happens once in a hundred million times. */
const MIN_DISTINCT = 8;

/**
 * Values printed in documentation and copied into production from there, lower-case and without punctuation:
 * express-session, iron-session, Flask, h3, Rails. Superset was broken into through such a one (CVE-2023-27524).
 */
const KNOWN = [
  "keyboardcat",
  "changeme",
  "replaceme",
  "replacethis",
  "complexpasswordatleast",
  "passwordatleast32characters",
  "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
  "80d42cfb1cd2462c8f17e3237d9027e9",
];

/**
 * Refuses secrets that can be guessed.
 *
 * @throws `WEAK_SECRET`; the message says which one of the list and why, never what it is
 */
export function assertStrongSecrets(secrets: readonly string[]): void {
  if (secrets.length === 0) throw new WeakSecretError(`secrets is empty. ${ADVICE}`);
  for (const [index, secret] of secrets.entries()) {
    const weakness = weaknessOf(secret);
    if (weakness !== undefined) throw new WeakSecretError(`secrets[${index}] ${weakness}. ${ADVICE}`);
    if (secrets.indexOf(secret) !== index) {
      throw new WeakSecretError(`secrets[${index}] is the same as an earlier one. Remove it.`);
    }
  }
}

const ADVICE =
  "Make one with: node -p \"crypto.getRandomValues(Buffer.alloc(32)).toString('base64url')\" and keep it out of the source.";

function weaknessOf(secret: unknown): string | undefined {
  if (typeof secret !== "string") return "is not a string (is the environment variable set?)";
  const bytes = new TextEncoder().encode(secret).length;
  if (bytes < MIN_BYTES) return `has ${bytes} bytes, and ${MIN_BYTES} are needed`;
  if (new Set(secret).size < MIN_DISTINCT) return "has too few different characters";
  if (isRepetition(secret)) return "is one part repeated";
  if (isSequence(secret)) return "is a sequence of neighbouring characters";
  const letters = secret.toLowerCase().replace(/[^a-z0-9]/g, "");
  return KNOWN.some((known) => letters.includes(known)) ? "is an example from documentation" : undefined;
}

/** Whether the text is a shorter text written two or more times, the last time perhaps not to its end. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) {
    if (text.slice(period) === text.slice(0, -period)) return true;
  }
  return false;
}

/** Whether most characters follow on the one before: `abcdef…`, `0123456789…`, `zyxwv…`. */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let index = 1; index < text.length; index++) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) === 1) steps += 1;
  }
  return steps > text.length / 2;
}
