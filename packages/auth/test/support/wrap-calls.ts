/** A call of a store that has not been made yet. */
export type Call = () => Promise<unknown>;

/** Wraps a real store, every method of it, those of its index too: `around` makes each call, or does not. */
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
