import { wrapCalls } from "./wrap-calls.ts";

/** A store whose calls can be made to wait. */
export interface Watched {
  /** Has something done, and waits for it, when a call was made that has not done anything yet. */
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

/** Two things that can happen at once, and what must hold afterwards. */
export interface Race {
  readonly stores: readonly Watched[];
  readonly first: () => Promise<unknown>;
  readonly second: () => Promise<unknown>;
  readonly check: () => Promise<void>;
}

/**
 * Runs the first with the second in the middle of one of its store calls: of each in turn, and behind the last of them;
 * every time from the start. Resolves to how many calls there were.
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
    const isBehind = calls < call;
    if (isBehind) await second();
    await check();
    if (isBehind) return calls;
  }
}
