import { memoryStore } from "@coatcheck/core";
import type { Store } from "./mistakes/mistake.ts";

/**
 * Removes sessions when they expire, as an engine with a time to live does. `forgets` does not move the time to live.
 */
export function expiringStore({ forgets }: { readonly forgets?: "touch" | "update" } = {}): Store {
  const store = memoryStore();
  const expiries = new Map<string, number>();

  async function removeExpired(): Promise<void> {
    for (const [key, at] of expiries) {
      if (at > Date.now()) continue;
      expiries.delete(key);
      await store.delete(key);
    }
  }

  return {
    ...store,
    async load(key) {
      await removeExpired();
      return store.load(key);
    },
    async create(key, session) {
      await removeExpired();
      const isCreated = await store.create(key, session);
      if (isCreated) expiries.set(key, session.expiresAt);
      return isCreated;
    },
    async update(key, session, version) {
      await removeExpired();
      const result = await store.update(key, session, version);
      if (result === "ok" && forgets !== "update") expiries.set(key, session.expiresAt);
      return result;
    },
    async touch(key, expiresAt) {
      await removeExpired();
      const isThere = await store.touch(key, expiresAt);
      if (isThere && forgets !== "touch") expiries.set(key, Math.max(expiresAt, expiries.get(key) ?? 0));
      return isThere;
    },
    async listBySubject(subject) {
      await removeExpired();
      return store.listBySubject(subject);
    },
    async deleteBySubject(subject, except) {
      await removeExpired();
      return store.deleteBySubject(subject, except);
    },
  };
}
