import { memoryStore } from "@coatcheck/core";
import type { Store } from "./mistakes/mistake.ts";

/** What an engine with a time to live does; `forgets` names what leaves that where it was. */
export function expiringStore({ forgets }: { readonly forgets?: "touch" | "update" } = {}): Store {
  const store = memoryStore();
  const dropAt = new Map<string, number>();

  async function drop(): Promise<void> {
    for (const [key, at] of dropAt) {
      if (at > Date.now()) continue;
      dropAt.delete(key);
      await store.delete(key);
    }
  }

  return {
    ...store,
    async load(key) {
      await drop();
      return store.load(key);
    },
    async create(key, session) {
      await drop();
      const isCreated = await store.create(key, session);
      if (isCreated) dropAt.set(key, session.expiresAt);
      return isCreated;
    },
    async update(key, session, version) {
      await drop();
      const result = await store.update(key, session, version);
      if (result === "ok" && forgets !== "update") dropAt.set(key, session.expiresAt);
      return result;
    },
    async touch(key, expiresAt) {
      await drop();
      const isThere = await store.touch(key, expiresAt);
      if (isThere && forgets !== "touch") dropAt.set(key, Math.max(expiresAt, dropAt.get(key) ?? 0));
      return isThere;
    },
    async listBySubject(subject) {
      await drop();
      return store.listBySubject(subject);
    },
    async deleteBySubject(subject, except) {
      await drop();
      return store.deleteBySubject(subject, except);
    },
  };
}
