import { wrapCalls } from "./wrap-calls.ts";

/** A store whose calls can be interrupted. */
export interface Watched {
  /** Sets what runs before each call takes effect. */
  beforeEach(act: (operation: string) => Promise<void>): void;
}

export function watchedStore<Store extends object>(store: Store): Store & Watched {
  let before: (operation: string) => Promise<void> = async () => {};
  const wrapped = wrapCalls(store, async (operation, call) => {
    await before(operation);
    return call();
  });
  const beforeEach: Watched["beforeEach"] = (act) => {
    before = act;
  };
  return { ...wrapped, beforeEach };
}

/** Two actions that can happen at once, and a check of the result. */
export interface Race {
  readonly stores: readonly Watched[];
  readonly first: () => Promise<unknown>;
  readonly second: () => Promise<unknown>;
  readonly check: () => Promise<void>;
}

/**
 * Runs the first action, and the second one in the middle of its first store call. Starts again for each further call,
 * and at last with the second action after the first. Resolves to the number of calls.
 */
export async function raceAtEachCall(start: () => Promise<Race>): Promise<number> {
  for (let call = 1; ; call++) {
    const { stores, first, second, check } = await start();
    let calls = 0;
    const interrupt = async () => {
      calls += 1;
      if (calls === call) await second();
    };
    for (const store of stores) store.beforeEach(interrupt);
    await first();
    for (const store of stores) store.beforeEach(async () => {});
    const isAfterLast = calls < call;
    if (isAfterLast) await second();
    await check();
    if (isAfterLast) return calls;
  }
}
