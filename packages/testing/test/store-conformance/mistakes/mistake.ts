import { memoryStore } from "@coatcheck/core";
import type { StoreConformanceOptions, StoreUnderTest } from "@coatcheck/testing";

/** A store with all there is. */
export type Store = ReturnType<typeof memoryStore>;

/** A way to get a store wrong, most of them shipped elsewhere. */
export interface Mistake {
  /** What is wrong about it, over a store that is right. */
  readonly spoil: (store: Store) => Partial<Store>;
  /** The store that is right. @default memoryStore */
  readonly base?: () => Store;
  /** Whether it takes a second connection to see it: each is spoiled by itself, over the same sessions. */
  readonly betweenConnections?: true;
  /** The tests that have to notice, each of them. */
  readonly noticed: RegExp;
  readonly options?: Partial<StoreConformanceOptions>;
}

/** The spoiled store, and a second connection to it. */
export function make({ spoil, base = memoryStore, betweenConnections }: Mistake): StoreUnderTest {
  const right = base();
  const connect = (): Store => ({ ...right, ...spoil(right) });
  const store = connect();
  return { store, peer: betweenConnections ? connect() : store };
}

/** What a network does between two commands: everything else goes on. */
export function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** A create that notes the keys, for what then goes from one to the next. */
export function noting(store: Store): { readonly keys: readonly string[]; readonly create: Store["create"] } {
  const keys: string[] = [];
  return {
    keys,
    create: (key, session) => {
      keys.push(key);
      return store.create(key, session);
    },
  };
}
