import type { StoredSession } from "@coatcheck/core";
import { type Mistake, type Store, wait } from "./mistake.ts";

/** What only shows when two things happen at once, or on two connections. */
export const RACES: Readonly<Record<string, Mistake>> = {
  "a delete that ignores the version": {
    spoil: (store) => ({ delete: (key) => store.delete(key) }),
    noticed: /only at the version asked for/,
  },
  "a create that looks first": { spoil: looksFirst, noticed: /lets one of many creators of a key win/ },
  "an update that looks first": {
    spoil: looksFirst,
    noticed: /one of many writers at a version|loses no update when every writer/,
  },
  "a delete that looks first": { spoil: looksFirst, noticed: /either a writer or a conditional delete win/ },
  "an update that puts back what ended meanwhile": {
    spoil: looksFirst,
    noticed: /SEC-22 ends a session for good|SEC-23 SEC-24 ends sessions for good/,
  },
  "a lock that only one connection knows of": {
    spoil: locked,
    betweenConnections: true,
    noticed: /one of many creators|one of many writers|loses no update|a conditional delete win/,
  },
  "a touch that looks first": {
    spoil: (store) => ({
      touch: async (key, expiresAt) => {
        const found = await store.load(key);
        await wait();
        if (found === null || found.expiresAt >= expiresAt) return found !== null;
        await store.delete(key);
        return store.create(key, { ...found, expiresAt });
      },
    }),
    noticed: /moves the expiry to the latest of many touches/,
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
    noticed: /shows the other what one wrote|SEC-22 shows a logout to the other/,
  },
};

/** Reads, thinks, writes: what is done with engines that cannot compare. */
function looksFirst(store: Store): Partial<Store> {
  return {
    create: async (key, session) => {
      const found = await store.load(key);
      await wait();
      if (found === null) await put(store, key, session);
      return found === null;
    },
    update: async (key, session, version) => {
      const found = await store.load(key);
      await wait();
      if (found === null) return "gone";
      if (found.version !== version) return "conflict";
      await put(store, key, session);
      return "ok";
    },
    delete: async (key, version) => {
      const found = await store.load(key);
      await wait();
      if (found === null) return "gone";
      if (version !== undefined && found.version !== version) return "conflict";
      return store.delete(key);
    },
  };
}

/** Writes, whatever is there by now. */
async function put(store: Store, key: string, session: StoredSession): Promise<void> {
  while (!(await store.create(key, session))) await store.delete(key);
}

/** The same, one after the other: right, as long as nobody else is there. */
function locked(store: Store): Partial<Store> {
  const { create, update, delete: remove } = { ...store, ...looksFirst(store) };
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
