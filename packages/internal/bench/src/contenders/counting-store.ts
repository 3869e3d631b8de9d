/** A store that counts how often it is asked for anything. */
export interface CountingStore<Store> {
  readonly store: Store;
  /** How often since the last time. */
  takeCount(): number;
}

/** Wraps any store: each call of one of its methods counts, whatever it is called. */
export function countingStore<Store extends object>(store: Store): CountingStore<Store> {
  let count = 0;
  const counting: Record<string, unknown> = Object.create(store);
  for (const name of methodsOf(store)) {
    const method = Reflect.get(store, name) as (...args: unknown[]) => unknown;
    counting[name] = (...args: unknown[]) => {
      count += 1;
      return method.apply(store, args);
    };
  }
  return {
    store: counting as Store,
    takeCount() {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}

/** Its own, and those of its class; what classes above it bring is not about sessions. */
function methodsOf(store: object): string[] {
  const prototype: object | null = Object.getPrototypeOf(store);
  const names = [store, prototype === Object.prototype ? {} : (prototype ?? {})].flatMap(Object.getOwnPropertyNames);
  return names.filter((name) => name !== "constructor" && typeof Reflect.get(store, name) === "function");
}
