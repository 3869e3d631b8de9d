import { type Call, wrapCalls } from "./wrap-calls.ts";

/** What happens to a call of a store. */
export type Interference = "pause" | "throw-before" | "throw-after";

/** The calls of several stores, counted together. */
export interface StoreCalls {
  /** The same store, its calls counted here. */
  watch<Store extends object>(name: string, store: Store): Store;
  /** Counts from now on, and has something happen to the call of that number, the first being 1. */
  interfereAt(number: number, what: Interference): Interfered;
}

export interface Interfered {
  /** Resolves when the call is reached, to what it is: `"remember store: load"`. */
  readonly reached: Promise<string>;
  resume(): void;
}

/**
 * Pauses and faults at each and every call of a store, a list by subject among them, whichever they are: a test that goes
 * from the first call to the last needs not know what the code asks for.
 */
export function storeCalls(): StoreCalls {
  let count = 0;
  let plan: { readonly number: number; readonly act: (call: Call, name: string) => Promise<unknown> } | undefined;

  return {
    watch: (storeName, store) =>
      wrapCalls(store, (operation, call) => {
        count += 1;
        return plan?.number === count ? plan.act(call, `${storeName}: ${operation}`) : call();
      }),

    interfereAt(number, what) {
      const { promise: reached, resolve: reach } = Promise.withResolvers<string>();
      const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
      count = 0;
      plan = {
        number,
        async act(call, name) {
          reach(name);
          if (what === "pause") await resumed;
          if (what === "throw-before") throw new Error("connection refused");
          const answer = await call();
          if (what === "throw-after") throw new Error("connection lost");
          return answer;
        },
      };
      return { reached, resume };
    },
  };
}

/** Runs `act` once for each of its store calls, until it has no more; resolves to the names of the calls. */
export async function atEachCall(act: (number: number) => Promise<string | undefined>): Promise<readonly string[]> {
  const names: string[] = [];
  for (let number = 1; ; number++) {
    const name = await act(number);
    if (name === undefined) return names;
    names.push(name);
  }
}
