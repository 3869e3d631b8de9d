import type { FilledStore } from "./engine.ts";
import { newKey, newSession } from "./populate.ts";

/** What is measured. Each call is about another session than the one before, and leaves as many as there were. */
export const OPERATIONS: Readonly<Record<string, (filled: FilledStore) => () => Promise<void>>> = {
  read({ store, sample }) {
    return async () => {
      expectThat((await store.load(sample.next().key)) !== null);
    };
  },
  write({ store, sample }) {
    return async () => {
      const known = sample.next();
      const session = { ...newSession(known.subject), version: known.version + 1 };
      expectThat((await store.update(known.key, session, known.version)) === "ok");
      known.version += 1;
    };
  },
  touch({ store, sample }) {
    // A second later with each call: a touch to an instant that is past already changes nothing.
    let later = 0;
    return async () => {
      later += 1_000;
      expectThat(await store.touch(sample.next().key, newSession("").expiresAt + later));
    };
  },
  "login and revokeAll"({ store, sample }) {
    return async () => {
      const subject = `user-${Math.floor(Math.random() * sample.count)}-again`;
      expectThat(await store.create(newKey(), newSession(subject)));
      expectThat((await store.deleteBySubject(subject)) === 1);
    };
  },
};

function expectThat(isAsExpected: boolean): void {
  if (!isAsExpected) throw new Error("the store answered something else than was expected");
}
