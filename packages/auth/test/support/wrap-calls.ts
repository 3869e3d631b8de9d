/** Makes a call of a store. */
export type Call = () => Promise<unknown>;

/** Wraps every method of a store, also those of its index. `around` decides whether to make the call. */
export function wrapCalls<Store extends object>(
  store: Store,
  around: (operation: string, call: Call) => Promise<unknown>,
): Store {
  const members = Object.entries(store).map(([name, member]: readonly [string, unknown]) => {
    if (typeof member !== "function") return [name, member];
    return [name, (...args: unknown[]) => around(name, () => member(...args))];
  });
  return Object.fromEntries(members);
}
