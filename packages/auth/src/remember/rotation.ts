import { isRecord, newToken, sha256 } from "@coatcheck/core/toolkit";

/**
 * The validators of a family: the current one, and those used so recently that a request with one may still be running.
 * Only their hashes are stored. Each validator is derived from the previous one and a random salt. A browser that sends
 * a used validator can therefore be given the current one although the server does not store it. The salts and hashes
 * alone do not yield a validator.
 */
export interface Rotation {
  /** Hash of the current validator. */
  readonly current: string;
  /** Oldest first. Each leads to the next one, and the last to the current one. */
  readonly used: readonly UsedValidator[];
}

interface UsedValidator {
  readonly hash: string;
  /** Derives the next validator from this one. */
  readonly salt: string;
  /** From this instant on its use counts as theft, epoch milliseconds. */
  readonly graceEndsAt: number;
}

/** The result of {@link checkValidator}. In grace, `validator` is the current one. */
export type ValidatorStatus =
  | { readonly status: "current" }
  | { readonly status: "in-grace"; readonly validator: string }
  | { readonly status: "replayed" };

/**
 * The number of used validators that are stored. It bounds the record of a browser that loses its session again and
 * again. One more cuts the grace period of the oldest short.
 */
const MAX_USED = 16;

export async function newRotation(validator: string): Promise<Rotation> {
  return { current: await hashOf(validator), used: [] };
}

/** Compares hashes of 256 random bits. The time that the comparison takes reveals nothing about the bits. */
export async function checkValidator(
  { current, used }: Rotation,
  validator: string,
  now: number,
): Promise<ValidatorStatus> {
  const hash = await hashOf(validator);
  if (hash === current) return { status: "current" };
  const index = used.findIndex((candidate) => candidate.hash === hash);
  // Only the grace period of this validator counts. A later one may end sooner, by the clock of another server.
  const isInGrace = now < (used[index]?.graceEndsAt ?? 0);
  if (!isInGrace) return { status: "replayed" };
  let successor = validator;
  for (const { salt } of used.slice(index)) successor = await successorOf(successor, salt);
  return { status: "in-grace", validator: successor };
}

/** Uses up the current validator. Returns the next one, with the rotation to store. */
export async function rotate(
  { current, used }: Rotation,
  validator: string,
  now: number,
  graceEndsAt: number,
): Promise<{ readonly rotation: Rotation; readonly validator: string }> {
  const salt = newToken();
  const successor = await successorOf(validator, salt);
  const firstInGrace = used.findIndex((candidate) => now < candidate.graceEndsAt);
  const stillInGrace = firstInGrace === -1 ? [] : used.slice(firstInGrace);
  const usedNow = { hash: current, salt, graceEndsAt };
  return {
    rotation: { current: await hashOf(successor), used: [...stillInGrace, usedNow].slice(-MAX_USED) },
    validator: successor,
  };
}

/** Whether a parsed JSON value is a stored rotation. */
export function isRotation(stored: unknown): stored is Rotation {
  if (!isRecord(stored)) return false;
  const { current, used } = stored;
  return typeof current === "string" && Array.isArray(used) && used.every(isRecord);
}

function hashOf(validator: string): Promise<string> {
  return sha256(`remember validator ${validator}`);
}

function successorOf(validator: string, salt: string): Promise<string> {
  return sha256(`remember successor ${salt} ${validator}`);
}
