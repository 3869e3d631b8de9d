import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";

/** A store with all optional abilities. A test uses only those that its runner requires of the store. */
export type FullStore = SessionStore & SubjectIndex & Sweeper;

/** A runner that gives each test a new store, over two connections or twice over the same one. */
export interface StoreRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: (store: FullStore, peer: FullStore) => Promise<void>) => unknown;
}
