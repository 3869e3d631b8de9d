/** A store that counts its calls. */
export interface CountingStore<Store> {
  readonly store: Store;
  /** The number of calls since the last call of this method. */
  takeCount(): number;
}

/** Wraps any store. Each call of any of its methods counts. */
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

/** The names of its own methods and of those of its class. Methods of base classes do not concern sessions. */
function methodsOf(store: object): string[] {
  const prototype: object | null = Object.getPrototypeOf(store);
  const names = [store, prototype === Object.prototype ? {} : (prototype ?? {})].flatMap(Object.getOwnPropertyNames);
  return names.filter((name) => name !== "constructor" && typeof Reflect.get(store, name) === "function");
}
