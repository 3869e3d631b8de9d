import { assertOption, SessionError, StoreFailedError } from "../errors.ts";
import type { SessionStore, SubjectIndex } from "./store.ts";

/** A store whose failures are typed errors. It has a subject index where the store has one. */
export type GuardedStore = SessionStore & Partial<SubjectIndex>;

/** Options of {@link guardedStore}. */
export interface GuardedStoreOptions {
  /** The name of the option that holds the store, for messages. */
  readonly option: string;
  /** Seconds that one operation may take. @default 10 */
  readonly timeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 10;

/** Seconds in a day. `setTimeout` fires at once when it is given more than 24 days. */
const MAX_TIMEOUT = 86_400;

const WRITE_RESULTS: readonly unknown[] = ["ok", "conflict", "gone"];

/**
 * A store with time limits, typed errors and checked answers. Every operation rejects with `STORE_FAILED` when the store
 * throws, does not answer in time, or answers a write with something the contract does not know. Errors of coatcheck,
 * such as `STORE_FULL`, pass unchanged.
 *
 * @throws `INVALID_OPTION` when the store is not a store, or the timeout not a number of seconds
 */
export function guardedStore(store: GuardedStore, options: GuardedStoreOptions): GuardedStore {
  const { option, timeout = DEFAULT_TIMEOUT } = options;
  assertOption(typeof store?.load === "function", `${option} must be a session store, for example memoryStore()`);
  assertOption(timeout > 0 && timeout <= MAX_TIMEOUT, "timeout must be a number of seconds, at most a day");

  async function guard<Answer>(operation: string, call: () => Promise<Answer>): Promise<Answer> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} s`)), timeout * 1000);
    });
    try {
      return await Promise.race([call(), timedOut]);
    } catch (cause) {
      if (cause instanceof SessionError) throw cause;
      throw new StoreFailedError(`The session store failed in ${operation}; see the cause.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  const { listBySubject, deleteBySubject } = store;
  return {
    traits: store.traits,
    // Some stores answer `undefined` where there is no session.
    load: (key) => guard("load", async () => (await store.load(key)) ?? null),
    create: (key, session) => guard("create", () => store.create(key, session)),
    update: (key, session, version) =>
      guard("update", async () => checkedResult(await store.update(key, session, version))),
    touch: (key, expiresAt) => guard("touch", () => store.touch(key, expiresAt)),
    delete: (key, version) => guard("delete", async () => checkedResult(await store.delete(key, version))),
    ...(listBySubject && {
      listBySubject: (subject) => guard("listBySubject", () => listBySubject.call(store, subject)),
    }),
    ...(deleteBySubject && {
      deleteBySubject: (subject, except) =>
        guard("deleteBySubject", () => deleteBySubject.call(store, subject, except)),
    }),
  };
}

/** Taken for a success, an answer such as `undefined` would lose a write or a login. */
function checkedResult<Result>(result: Result): Result {
  if (!WRITE_RESULTS.includes(result)) throw new Error("the answer was not ok, conflict or gone");
  return result;
}
