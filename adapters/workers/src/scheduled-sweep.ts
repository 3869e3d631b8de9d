import type { Sweeper } from "@coatcheck/core";

/** A worker's `scheduled` handler that removes expired sessions from a store that does not do so itself, such as D1. */
export function scheduledSweep<Env>(
  source: (env: Env) => Sweeper,
): (event: { readonly scheduledTime: number }, env: Env) => Promise<void> {
  return async ({ scheduledTime }, env) => void (await source(env).sweep(scheduledTime));
}
