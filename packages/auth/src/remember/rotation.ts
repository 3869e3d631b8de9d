import { newToken, sha256 } from "@coatcheck/core/toolkit";

/**
 * The validators of a family: the current one, and those used up so recently that a request with one may still be under
 * way. Only hashes are kept. A validator is made of the one before and a random salt, so whoever comes with a used one is
 * given the current one, which nobody had to keep; the salts alone, or hashes with them, lead nowhere.
 */
export interface Chain {
  /** Hash of the current validator. */
  readonly current: string;
  /** Oldest first, each leading to the next one and the last to the current one. */
  readonly used: readonly UsedValidator[];
}

interface UsedValidator {
  readonly hash: string;
  readonly salt: string;
  /** When it was used up long enough ago to be taken for stolen, epoch milliseconds. */
  readonly graceEndsAt: number;
}

/** What a validator is worth: the current one; the current one that takes its place; or nothing, for it was replayed. */
export type Verdict =
  | { readonly status: "current" }
  | { readonly status: "in-grace"; readonly validator: string }
  | { readonly status: "replayed" };

/**
 * Used validators kept at most: bounds the record for a browser that loses its session again and again. One more, and the
 * oldest has its grace cut short.
 */
const MAX_USED = 16;

export async function newChain(validator: string): Promise<Chain> {
  return { current: await hashOf(validator), used: [] };
}

/** Compares hashes of 256 random bits: how long that takes tells nothing about the bits. */
export async function judge({ current, used }: Chain, validator: string, now: number): Promise<Verdict> {
  const hash = await hashOf(validator);
  if (hash === current) return { status: "current" };
  const index = used.findIndex((one) => one.hash === hash);
  // Only its own end counts. Those after it may seem over sooner, by the clock of another server.
  const isInGrace = now < (used[index]?.graceEndsAt ?? 0);
  if (!isInGrace) return { status: "replayed" };
  let successor = validator;
  for (const { salt } of used.slice(index)) successor = await successorOf(successor, salt);
  return { status: "in-grace", validator: successor };
}

/** Uses up the current validator. */
export async function advance(
  { current, used }: Chain,
  validator: string,
  now: number,
  graceEndsAt: number,
): Promise<{ readonly chain: Chain; readonly validator: string }> {
  const salt = newToken();
  const successor = await successorOf(validator, salt);
  const first = used.findIndex((one) => now < one.graceEndsAt);
  const usable = first === -1 ? [] : used.slice(first);
  const next = { hash: current, salt, graceEndsAt };
  return {
    chain: { current: await hashOf(successor), used: [...usable, next].slice(-MAX_USED) },
    validator: successor,
  };
}

/** Whether something is what was stored as a chain. */
export function isChain(stored: unknown): stored is Chain {
  const { current, used } = Object(stored);
  return typeof current === "string" && Array.isArray(used) && used.every((one) => Object(one) === one);
}

function hashOf(validator: string): Promise<string> {
  return sha256(`remember validator ${validator}`);
}

function successorOf(validator: string, salt: string): Promise<string> {
  return sha256(`remember successor ${salt} ${validator}`);
}
