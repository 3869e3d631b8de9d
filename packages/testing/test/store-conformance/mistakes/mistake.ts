import { memoryStore } from "@coatcheck/core";
import type { StoreConformanceOptions, StoreUnderTest } from "@coatcheck/testing";

/** A store with all abilities. */
export type Store = ReturnType<typeof memoryStore>;

/** A mistake in a store. Other libraries have shipped most of them. */
export interface Mistake {
  /** Replaces methods of a correct store. */
  readonly spoil: (store: Store) => Partial<Store>;
  /** Creates the correct store. @default memoryStore */
  readonly base?: () => Store;
  /**
   * Whether only a second connection reveals the mistake: each connection is spoiled by itself, over the same sessions.
   */
  readonly betweenConnections?: true;
  /** Matches the titles of the tests that must fail. */
  readonly failing: RegExp;
  readonly options?: Partial<StoreConformanceOptions>;
}

/** A store with the mistake, and a second connection to it. */
export function faultyConnections({ spoil, base = memoryStore, betweenConnections }: Mistake): StoreUnderTest {
  const correct = base();
  const connect = (): Store => ({ ...correct, ...spoil(correct) });
  const store = connect();
  return { store, peer: betweenConnections ? connect() : store };
}

/** Lets other requests run, as a network does between two commands. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** A create that records the keys, for mistakes that scan all sessions. */
export function recordingCreate(store: Store): { readonly keys: readonly string[]; readonly create: Store["create"] } {
  const keys: string[] = [];
  return {
    keys,
    create: (key, session) => {
      keys.push(key);
      return store.create(key, session);
    },
  };
}
