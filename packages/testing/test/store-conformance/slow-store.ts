import type { SessionStore } from "@coatcheck/core";

/** Milliseconds that each operation takes longer. */
const DELAY = 60;

/** Makes every method of a store slow, as over a slow network. */
export function slowStore<Store extends SessionStore>(store: Store): Store {
  const methods = Object.entries(store).filter(([, method]) => typeof method === "function");
  const slowMethods = methods.map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      await new Promise((resolve) => setTimeout(resolve, DELAY));
      return method(...args);
    },
  ]);
  return { ...store, ...Object.fromEntries(slowMethods) };
}
