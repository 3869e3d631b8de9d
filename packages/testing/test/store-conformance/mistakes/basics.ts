import type { StoredSession } from "@coatcheck/core";
import type { Mistake } from "./mistake.ts";

/** One operation at a time. */
export const BASICS: Readonly<Record<string, Mistake>> = {
  "traits that promise too little": {
    spoil: () => ({ traits: { atomic: false, consistency: "eventual" } }),
    noticed: /can do what it was said to do/,
  },
  "a load that makes a session up": {
    spoil: (store) => ({
      load: async (key) => (await store.load(key)) ?? { data: "{}", version: 0, createdAt: 0, expiresAt: 0 },
    }),
    noticed: /finds nothing under a key that was never used/,
  },
  "columns that are null": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && ({ subject: null, authenticatedAt: null, ...found } as never);
      },
    }),
    noticed: /leaves out what the session does not have/,
  },
  "a parse of what is stored": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: JSON.stringify(JSON.parse(found.data)) };
      },
    }),
    noticed: /gives a session back as it was/,
  },
  "a normal form of what is stored": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: found.data.normalize() };
      },
    }),
    noticed: /gives a session back as it was/,
  },
  "a trim of what is stored": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: found.data.trim() };
      },
    }),
    noticed: /gives a session back as it was/,
  },
  "a create that keeps the caller's object": {
    spoil: (store) => {
      const kept = new Map<string, StoredSession>();
      return {
        create: (key, session) => {
          kept.set(key, session);
          return store.create(key, session);
        },
        load: async (key) => kept.get(key) ?? null,
      };
    },
    noticed: /keeps no tie to the objects/,
  },
  "a create that overwrites": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.delete(key);
        return store.create(key, session);
      },
    }),
    noticed: /SEC-01 refuses a key that exists|SEC-01 draws another id/,
  },
  "an update that creates": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const result = await store.update(key, session, version);
        if (result === "gone") await store.create(key, session);
        return result === "gone" ? "ok" : result;
      },
    }),
    noticed: /answers gone where there is no session, and creates none|lets a logout win over a writer/,
  },
  "an update that compares nothing": {
    spoil: (store) => ({
      update: async (key, session) => {
        const found = await store.load(key);
        return found === null ? "gone" : store.update(key, session, found.version);
      },
    }),
    noticed: /answers conflict at another version/,
  },
  "an update that begins the session anew": {
    spoil: (store) => ({
      update: (key, session, version) => store.update(key, { ...session, createdAt: session.createdAt + 1 }, version),
    }),
    noticed: /SEC-21 takes over every field/,
  },
  "an update that leaves the expiry": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const found = await store.load(key);
        return store.update(key, { ...session, expiresAt: found?.expiresAt ?? session.expiresAt }, version);
      },
    }),
    noticed: /SEC-21 takes over every field|spares a session that was touched or updated/,
  },
  "an update that answers true": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const result = await store.update(key, session, version);
        return result === "ok" ? (true as never) : result;
      },
    }),
    noticed: /replaces a session at the version/,
  },
  "a touch that creates": {
    spoil: (store) => ({
      touch: async (key, expiresAt) =>
        (await store.touch(key, expiresAt)) || store.create(key, { data: "", version: 1, createdAt: 0, expiresAt }),
    }),
    noticed: /answers false where there is no session/,
  },
  "a touch that writes what it read before": {
    spoil: (store) => ({
      touch: async (key, expiresAt) => {
        const found = await store.load(key);
        return found !== null && (await store.update(key, { ...found, expiresAt }, found.version)) === "ok";
      },
    }),
    noticed: /moves the expiry later and leaves the rest|never moves it earlier|in the way of a writer/,
  },
  "a touch that does nothing": {
    spoil: (store) => ({ touch: async (key) => (await store.load(key)) !== null }),
    noticed: /moves the expiry later and leaves the rest|lists a session that is written to or touched once/,
  },
  "a delete that knows the first version only": {
    spoil: (store) => ({ delete: (key, version = 1) => store.delete(key, version) }),
    noticed: /ends a session whatever its version/,
  },
  "a delete that always answers ok": {
    spoil: (store) => ({
      delete: async (key, version) => {
        const result = await store.delete(key, version);
        return result === "gone" ? "ok" : result;
      },
    }),
    noticed: /answers gone the second time/,
  },
  "a delete that ends more than one": {
    spoil: (store) => ({
      delete: async (key, version) => {
        const result = await store.delete(key, version);
        await store.sweep(Number.POSITIVE_INFINITY);
        return result;
      },
    }),
    noticed: /lets nobody else's session go with it/,
  },
};
