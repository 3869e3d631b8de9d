import { memoryStore, type SessionStore } from "@coatcheck/core";

/** The smallest store that the contract allows: five methods and traits, no subject index and no sweeper. */
export function minimalStore({ isAtomic = true }: { readonly isAtomic?: boolean } = {}): SessionStore {
  const { load, create, update, touch, delete: remove } = memoryStore();
  const consistency = isAtomic ? "strong" : "eventual";
  return { traits: { atomic: isAtomic, consistency }, load, create, update, touch, delete: remove };
}
