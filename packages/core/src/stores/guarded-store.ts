import { assertOption, SessionError, StoreFailedError } from "../errors.ts";
import type { SessionStore, SubjectIndex } from "./store.ts";

/** A store as far as it can be asked for something; what not every store does is optional. */
export type IndexedStore = SessionStore & Partial<SubjectIndex>;

type Operations = Omit<SessionStore & SubjectIndex, "traits">;

/** Calls one operation of a store. @throws `STORE_FAILED` */
export type AskStore = <Name extends keyof Operations>(
  operation: Name,
  ...args: Parameters<Operations[Name]>
) => Promise<Awaited<ReturnType<Operations[Name]>>>;

/**
 * Store operations with their failures made typed, and their silence made a failure.
 *
 * @param option - what to call the store in a message
 * @param timeout - seconds
 * @throws `INVALID_OPTION` for what is no store
 */
export function askStore(store: IndexedStore, option: string, timeout: number): AskStore {
  assertOption(typeof store?.load === "function", `${option} needs a store: memoryStore()`);
  // setTimeout fires at once when it is asked for more than 24 days.
  assertOption(timeout > 0 && timeout <= 86_400, "timeout must be seconds, a day at most");
  const operations = store as unknown as Record<keyof Operations, (...args: readonly unknown[]) => Promise<unknown>>;
  const ask = async (operation: keyof Operations, ...args: readonly unknown[]): Promise<unknown> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} s`)), timeout * 1000);
    });
    try {
      const answer = await Promise.race([operations[operation](...args), silence]);
      // Taken for success, an answer such as undefined would lose a write, or a login.
      if (/update|delete$/.test(operation) && !["ok", "conflict", "gone"].includes(answer as string)) {
        throw new Error("not ok, conflict or gone");
      }
      return answer;
    } catch (cause) {
      if (cause instanceof SessionError) throw cause;
      throw new StoreFailedError(`The session store failed (${operation}): see cause.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  };
  return ask as AskStore;
}
