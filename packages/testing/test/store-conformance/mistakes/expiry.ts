import { expiringStore } from "../expiring-store.ts";
import { type Mistake, pause, recordingCreate } from "./mistake.ts";

const options = { dropsWithin: 1 };

/** Mistakes about expiry and sweeps. */
export const EXPIRY: Readonly<Record<string, Mistake>> = {
  "an engine that rejects a negative time to live": {
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
    failing: /already expired, and returns it whole/,
  },
  "a session whose data expires before its other fields": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && found.expiresAt <= Date.now() ? { ...found, data: "" } : found;
      },
    }),
    failing: /already expired, and returns it whole/,
  },
  "a touch that answers true without effect on an expired session": {
    spoil: (store) => ({
      touch: async (key, expiresAt) => {
        const found = await store.load(key);
        return found !== null && found.expiresAt <= Date.now() ? true : store.touch(key, expiresAt);
      },
    }),
    failing: /touches an expired session or reports it gone/,
  },
  "an update that answers ok without effect on an expired session": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const found = await store.load(key);
        return found !== null && found.expiresAt <= Date.now() ? "ok" : store.update(key, session, version);
      },
    }),
    failing: /updates an expired session or reports it gone/,
  },
  "an engine that never removes expired sessions": {
    spoil: () => ({}),
    options,
    failing: /SEC-23 ends an expired session for good/,
  },
  "a touch that does not move the time to live": {
    spoil: () => ({}),
    base: () => expiringStore({ forgets: "touch" }),
    options,
    failing: /keeps sessions whose expiry was moved or lies ahead/,
  },
  "an update that does not move the time to live": {
    spoil: () => ({}),
    base: () => expiringStore({ forgets: "update" }),
    options,
    failing: /keeps sessions whose expiry was moved or lies ahead/,
  },
  "an index that expires with the session added last": {
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
    failing: /SEC-24 lists the live sessions of a subject/,
  },
  "a sweep that removes live sessions": {
    spoil: (store) => ({ sweep: (at) => store.sweep(at + 10) }),
    failing: /removes expired sessions and no others|removes nothing when no session has expired|keeps the live ones/,
  },
  "a sweep by the original expiry": {
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
    failing: /keeps sessions whose expiry was moved by a touch/,
  },
  "a sweep of one batch": {
    spoil: (store) => {
      const { keys, create } = recordingCreate(store);
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
    failing: /removes 1020 expired sessions in one call/,
  },
  "a sweep that counts before it removes": {
    spoil: (store) => {
      let count = 0;
      return {
        create: (key, session) => {
          count += 1;
          return store.create(key, session);
        },
        sweep: async (now) => {
          const seen = count;
          await pause();
          count -= await store.sweep(now);
          return seen;
        },
      };
    },
    failing: /counts each session once when two sweeps run/,
  },
  "a sweep that removes without checking the expiry again": {
    spoil: (store) => {
      const { keys, create } = recordingCreate(store);
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
    failing: /keeps every session whose touch answered true/,
  },
};
