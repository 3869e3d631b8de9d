import { expiringStore } from "../expiring-store.ts";
import { type Mistake, noting, wait } from "./mistake.ts";

const options = { dropsWithin: 1 };

/** What goes wrong when time passes. */
export const EXPIRY: Readonly<Record<string, Mistake>> = {
  "a time to live that must not be negative": {
    spoil: (store) => ({
      create: async (key, session) => {
        if (session.expiresAt <= Date.now()) throw new Error("invalid expire time");
        return store.create(key, session);
      },
      update: async (key, session, version) => {
        if (session.expiresAt <= Date.now()) throw new Error("invalid expire time");
        return store.update(key, session, version);
      },
    }),
    noticed: /that has expired already, and gives it or none|to one that has expired, and gives it or none/,
  },
  "a session in pieces, of which some have expired": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && found.expiresAt <= Date.now() ? { ...found, data: "" } : found;
      },
    }),
    noticed: /that has expired already, and gives it or none|to one that has expired, and gives it or none/,
  },
  "a touch that promises what the engine does not do": {
    spoil: (store) => ({
      touch: async (key, expiresAt) => {
        const found = await store.load(key);
        return found !== null && found.expiresAt <= Date.now() ? true : store.touch(key, expiresAt);
      },
    }),
    noticed: /touches a session that has expired: later, or gone/,
  },
  "an update that promises what the engine does not do": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const found = await store.load(key);
        return found !== null && found.expiresAt <= Date.now() ? "ok" : store.update(key, session, version);
      },
    }),
    noticed: /updates a session that has expired: ok, or gone/,
  },
  "an engine that drops nothing": {
    spoil: () => ({}),
    options,
    noticed: /SEC-23 drops a session that has expired, for good/,
  },
  "a touch that does not reach the engine": {
    spoil: () => ({}),
    base: () => expiringStore({ forgets: "touch" }),
    options,
    noticed: /keeps a session that was touched or updated in time/,
  },
  "an update that does not reach the engine": {
    spoil: () => ({}),
    base: () => expiringStore({ forgets: "update" }),
    options,
    noticed: /keeps a session that was touched or updated in time/,
  },
  "an index that lives as long as the last session that was added": {
    spoil: (store) => {
      const until = new Map<string, number>();
      return {
        create: (key, session) => {
          until.set(session.subject ?? "", session.expiresAt);
          return store.create(key, session);
        },
        listBySubject: async (subject) => ((until.get(subject) ?? 0) > Date.now() ? store.listBySubject(subject) : []),
      };
    },
    base: expiringStore,
    options,
    noticed: /SEC-24 lists the sessions that are left/,
  },
  "a sweep that removes the living": {
    spoil: (store) => ({ sweep: (at) => store.sweep(at + 10) }),
    noticed:
      /removes what has expired, and nothing else|finds nothing where there is nothing|and none of those between/,
  },
  "a sweep by the first expiry": {
    spoil: (store) => {
      const expiries = new Map<string, number>();
      return {
        create: (key, session) => {
          expiries.set(key, session.expiresAt);
          return store.create(key, session);
        },
        sweep: async (now) => {
          let removed = 0;
          for (const [key, at] of expiries) if (at <= now && (await store.delete(key)) === "ok") removed += 1;
          return removed;
        },
      };
    },
    noticed: /spares a session that was touched or updated before/,
  },
  "a sweep of one batch": {
    spoil: (store) => {
      const { keys, create } = noting(store);
      return {
        create,
        sweep: async (now) => {
          let removed = 0;
          for (const key of keys.slice(0, 1_000)) {
            const found = await store.load(key);
            if (found !== null && found.expiresAt <= now && (await store.delete(key)) === "ok") removed += 1;
          }
          return removed;
        },
      };
    },
    noticed: /removes 2500 sessions in one call/,
  },
  "a sweep that counts what it saw": {
    spoil: (store) => {
      let count = 0;
      return {
        create: (key, session) => {
          count += 1;
          return store.create(key, session);
        },
        sweep: async (now) => {
          const seen = count;
          await wait();
          count -= await store.sweep(now);
          return seen;
        },
      };
    },
    noticed: /counts each session once$/,
  },
  "a sweep that does not look again": {
    spoil: (store) => {
      const { keys, create } = noting(store);
      return {
        create,
        sweep: async (now) => {
          const expired: string[] = [];
          for (const key of keys) if (((await store.load(key))?.expiresAt ?? now + 1) <= now) expired.push(key);
          for (const key of expired) await store.delete(key);
          return expired.length;
        },
      };
    },
    noticed: /keeps a session whose touch was answered with true/,
  },
};
