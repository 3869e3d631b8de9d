import { checkingStore } from "../checking-store.ts";
import type { Mistake } from "./mistake.ts";

/** For stores that are said to refuse what is no key. */
const checking = { base: checkingStore, options: { checksKeys: true } };

/** What shows in whole requests, and in what reaches the engine at all. */
export const REQUESTS: Readonly<Record<string, Mistake>> = {
  "a session that forgets whose it is": {
    spoil: (store) => ({
      create: (key, { subject: _, ...session }) => store.create(key, session),
    }),
    noticed: /keeps a session from login to logout/,
  },
  "a create that answers nothing": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.create(key, session);
        return undefined as never;
      },
    }),
    noticed: /SEC-42 fails the request when/,
  },
  "a create that says yes to a key that is taken": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.create(key, session);
        return true;
      },
    }),
    noticed: /SEC-01 gives up, and says so/,
  },
  "a column of 64 kB": {
    spoil: (store) => ({
      create: (key, session) => store.create(key, { ...session, data: session.data.slice(0, 65_535) }),
    }),
    noticed: /keeps 1048576 bytes of data/,
  },
  "a column of a megabyte of ASCII": {
    spoil: (store) => ({
      update: (key, session, version) =>
        store.update(key, { ...session, data: session.data.replaceAll("€", "?") }, version),
    }),
    noticed: /keeps 1048576 bytes of data/,
  },
  "a bound that the engine's own error tells of": {
    spoil: (store) => ({
      create: async (key, session) => {
        if (session.data.length > 300) throw new Error("value too large");
        return store.create(key, session);
      },
    }),
    options: { maxDataBytes: 1_000 },
    noticed: /refuses more than it can hold/,
  },
  "keys that nobody looks at": {
    spoil: () => ({}),
    options: { checksKeys: true },
    noticed: /SEC-04 refuses a key that is none/,
  },
  "a check that throws before there is a promise": {
    ...checking,
    spoil: (store) => ({
      load: (key) => {
        if (!/^[\w-]{43}$/.test(key)) throw new RangeError("no key");
        return store.load(key);
      },
    }),
    noticed: /SEC-04 refuses a key that is none/,
  },
  "a delete that asks for any key": {
    ...checking,
    spoil: (store) => ({
      delete: async (key, version) => (/^[\w-]{43}$/.test(key) ? store.delete(key, version) : "gone"),
    }),
    noticed: /SEC-04 refuses a key that is none/,
  },
};
