import type { Sweeper } from "@coatcheck/core";

/** The `scheduled` handler of a worker that removes expired sessions from a store that keeps them, D1 say. */
export function scheduledSweep<Env>(
  source: (env: Env) => Sweeper,
): (event: { readonly scheduledTime: number }, env: Env) => Promise<void> {
  return async ({ scheduledTime }, env) => void (await source(env).sweep(scheduledTime));
}
