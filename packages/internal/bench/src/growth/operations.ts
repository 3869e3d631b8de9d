import type { FilledStore } from "./engine.ts";
import { newKey, newSession } from "./populate.ts";

/** The measured operations. Each call uses another session and leaves the number of sessions unchanged. */
export const OPERATIONS: Readonly<Record<string, (filled: FilledStore) => () => Promise<void>>> = {
  read({ store, sample }) {
    return async () => {
      assertExpected((await store.load(sample.next().key)) !== null);
    };
  },
  write({ store, sample }) {
    return async () => {
      const known = sample.next();
      const session = { ...newSession(known.subject), version: known.version + 1 };
      assertExpected((await store.update(known.key, session, known.version)) === "ok");
      known.version += 1;
    };
  },
  touch({ store, sample }) {
    // Later with each call: a touch with an instant that is not later than the current one changes nothing.
    let later = 0;
    return async () => {
      later += 1_000;
      assertExpected(await store.touch(sample.next().key, newSession("").expiresAt + later));
    };
  },
  "login and revokeAll"({ store, sample }) {
    return async () => {
      const subject = `user-${Math.floor(Math.random() * sample.count)}-again`;
      assertExpected(await store.create(newKey(), newSession(subject)));
      assertExpected((await store.deleteBySubject(subject)) === 1);
    };
  },
};

function assertExpected(isAsExpected: boolean): void {
  if (!isAsExpected) throw new Error("the store gave an unexpected answer");
}
