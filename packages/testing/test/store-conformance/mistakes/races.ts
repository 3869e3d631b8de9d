import type { StoredSession } from "@coatcheck/core";
import { type Mistake, pause, type Store } from "./mistake.ts";

/** An in-process lock: correct only while there is no other connection. */
export const LOCK_PER_CONNECTION: Mistake = {
  spoil: locked,
  betweenConnections: true,
  failing: /one of many creators|one of many writers|loses no update when|a conditional delete win/,
};

/** Mistakes that only show when two requests run at once, or on two connections. */
export const RACES: Readonly<Record<string, Mistake>> = {
  "a delete that ignores the version": {
    spoil: (store) => ({ delete: (key) => store.delete(key) }),
    failing: /deletes a session only at the expected version/,
  },
  "a create that loads first": { spoil: loadsFirst, failing: /lets one of many creators of a key win/ },
  "an update that loads first": {
    spoil: loadsFirst,
    failing: /one of many writers of a version|loses no update when all writers/,
  },
  "a delete that loads first": { spoil: loadsFirst, failing: /either an update or a conditional delete win/ },
  "an update that restores an ended session": {
    spoil: loadsFirst,
    failing: /SEC-22 ends a session for good|SEC-23 SEC-24 ends sessions for good/,
  },
  "a lock per connection": LOCK_PER_CONNECTION,
  "a touch that loads first": {
    spoil: (store) => ({
      touch: async (key, expiresAt) => {
        const found = await store.load(key);
        await pause();
        if (found === null || found.expiresAt >= expiresAt) return found !== null;
        await store.delete(key);
        return store.create(key, { ...found, expiresAt });
      },
    }),
    failing: /moves the expiry to the latest of many touches/,
  },
  "a cache in each process": {
    spoil: (store) => {
      const cache = new Map<string, StoredSession>();
      return {
        load: async (key) => {
          const found = cache.get(key) ?? (await store.load(key));
          if (found !== null) cache.set(key, found);
          return found;
        },
        update: (key, session, version) => {
          cache.delete(key);
          return store.update(key, session, version);
        },
        delete: (key, version) => {
          cache.delete(key);
          return store.delete(key, version);
        },
      };
    },
    betweenConnections: true,
    failing: /shows a write to the other connection|SEC-22 shows a logout at once/,
  },
};

/** Loads, compares and writes in separate steps, as with an engine that cannot compare and swap. */
function loadsFirst(store: Store): Partial<Store> {
  return {
    create: async (key, session) => {
      const found = await store.load(key);
      await pause();
      if (found === null) await put(store, key, session);
      return found === null;
    },
    update: async (key, session, version) => {
      const found = await store.load(key);
      await pause();
      if (found === null) return "gone";
      if (found.version !== version) return "conflict";
      await put(store, key, session);
      return "ok";
    },
    delete: async (key, version) => {
      const found = await store.load(key);
      await pause();
      if (found === null) return "gone";
      if (version !== undefined && found.version !== version) return "conflict";
      return store.delete(key);
    },
  };
}

/** Overwrites any session. */
async function put(store: Store, key: string, session: StoredSession): Promise<void> {
  while (!(await store.create(key, session))) await store.delete(key);
}

/** {@link loadsFirst} with a lock, which only this connection uses. */
function locked(store: Store): Partial<Store> {
  const { create, update, delete: remove } = { ...store, ...loadsFirst(store) };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(call: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(call);
    last = turn;
    return turn;
  };
  return {
    create: (key, session) => inTurn(() => create(key, session)),
    update: (key, session, version) => inTurn(() => update(key, session, version)),
    delete: (key, version) => inTurn(() => remove(key, version)),
  };
}
