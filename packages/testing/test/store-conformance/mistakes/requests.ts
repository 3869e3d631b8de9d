import { checkingStore } from "../checking-store.ts";
import type { Mistake } from "./mistake.ts";

/** For stores that check keys. */
const checking = { base: checkingStore, options: { checksKeys: true } };

/** Mistakes that show in whole requests, in sizes and in keys. */
export const REQUESTS: Readonly<Record<string, Mistake>> = {
  "a create that drops the subject": {
    spoil: (store) => ({
      create: (key, { subject: _, ...session }) => store.create(key, session),
    }),
    failing: /keeps a session from login to logout/,
  },
  "a create that answers nothing": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.create(key, session);
        return undefined as never;
      },
    }),
    failing: /SEC-42 fails only the request/,
  },
  "a create that answers true for an existing key": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.create(key, session);
        return true;
      },
    }),
    failing: /SEC-01 fails the request when every id/,
  },
  "a column of 64 kB": {
    spoil: (store) => ({
      create: (key, session) => store.create(key, { ...session, data: session.data.slice(0, 65_535) }),
    }),
    failing: /stores 1048576 bytes of data/,
  },
  "a column of ASCII": {
    spoil: (store) => ({
      update: (key, session, version) =>
        store.update(key, { ...session, data: session.data.replaceAll("€", "?") }, version),
    }),
    failing: /stores 1048576 bytes of data/,
  },
  "the engine's own error for data beyond its limit": {
    spoil: (store) => ({
      create: async (key, session) => {
        if (session.data.length > 300) throw new Error("value too large");
        return store.create(key, session);
      },
    }),
    options: { maxDataBytes: 1_000 },
    failing: /rejects data beyond its limit/,
  },
  "no check of keys": {
    spoil: () => ({}),
    options: { checksKeys: true },
    failing: /SEC-04 rejects an invalid key/,
  },
  "a key check that throws before it returns a promise": {
    ...checking,
    spoil: (store) => ({
      load: (key) => {
        if (!/^[\w-]{43}$/.test(key)) throw new RangeError("invalid key");
        return store.load(key);
      },
    }),
    failing: /SEC-04 rejects an invalid key/,
  },
  "a delete that answers gone for an invalid key": {
    ...checking,
    spoil: (store) => ({
      delete: async (key, version) => (/^[\w-]{43}$/.test(key) ? store.delete(key, version) : "gone"),
    }),
    failing: /SEC-04 rejects an invalid key/,
  },
};
