import type { SessionStore, SubjectIndex } from "@coatcheck/core";
import { assertOption, type GuardedStoreOptions, guardedStore } from "@coatcheck/core/toolkit";

/** A store whose records can be found by subject. */
export type IndexedStore = SessionStore & Pick<SubjectIndex, "listBySubject">;

/** A guarded store that is known to have a subject index. @throws `INVALID_OPTION` */
export function indexedStore(store: SessionStore & SubjectIndex, options: GuardedStoreOptions): IndexedStore {
  const guarded = guardedStore(store, options);
  const { listBySubject } = guarded;
  assertOption(
    typeof store.listBySubject === "function" && listBySubject !== undefined,
    `${options.option} must have a subject index (listBySubject), as memoryStore() does`,
  );
  return { ...guarded, listBySubject };
}
