import { type Call, wrapCalls } from "./wrap-calls.ts";

/** What happens to a call of a store: it waits, or it fails before or after its effect. */
export type Interference = "pause" | "throw-before" | "throw-after";

/** Counts the calls of several stores together. */
export interface StoreCalls {
  /** The same store, with its calls counted. */
  watch<Store extends object>(name: string, store: Store): Store;
  /** Starts counting at 1, and interferes with the call of that number. */
  interfereAt(number: number, what: Interference): Interfered;
}

export interface Interfered {
  /** Resolves to the name of the call when it is reached: `"remember store: load"`. */
  readonly reached: Promise<string>;
  resume(): void;
}

/**
 * Interferes with any call of a store by its number. A test that goes from the first call to the last does not depend
 * on which operations the code uses.
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

/** Runs `act` with the number of each of its store calls. Resolves to the names of the calls. */
export async function atEachCall(act: (number: number) => Promise<string | undefined>): Promise<readonly string[]> {
  const names: string[] = [];
  for (let number = 1; ; number++) {
    const name = await act(number);
    if (name === undefined) return names;
    names.push(name);
  }
}
