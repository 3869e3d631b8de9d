import type { StoredSession } from "@coatcheck/core";
import type { Mistake } from "./mistake.ts";

/** Mistakes in a single operation. */
export const SINGLE_OPERATIONS: Readonly<Record<string, Mistake>> = {
  "traits that promise less than the options": {
    spoil: () => ({ traits: { atomic: false, consistency: "eventual" } }),
    failing: /declares the abilities that it has/,
  },
  "a load that invents a session": {
    spoil: (store) => ({
      load: async (key) => (await store.load(key)) ?? { data: "{}", version: 0, createdAt: 0, expiresAt: 0 },
    }),
    failing: /finds no session under an unknown key/,
  },
  "null for missing fields": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && ({ subject: null, authenticatedAt: null, ...found } as never);
      },
    }),
    failing: /leaves out the optional fields/,
  },
  "a load that parses the data": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: JSON.stringify(JSON.parse(found.data)) };
      },
    }),
    failing: /returns a session byte for byte/,
  },
  "a load that normalizes the data": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: found.data.normalize() };
      },
    }),
    failing: /returns a session byte for byte/,
  },
  "a load that trims the data": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: found.data.trim() };
      },
    }),
    failing: /returns a session byte for byte/,
  },
  "a create that stores the caller's object": {
    spoil: (store) => {
      const objects = new Map<string, StoredSession>();
      return {
        create: (key, session) => {
          objects.set(key, session);
          return store.create(key, session);
        },
        load: async (key) => objects.get(key) ?? null,
      };
    },
    failing: /stores a copy of the session/,
  },
  "a create that overwrites": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.delete(key);
        return store.create(key, session);
      },
    }),
    failing: /SEC-01 rejects a key that exists|SEC-01 chooses another id/,
  },
  "an update that creates": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const result = await store.update(key, session, version);
        if (result === "gone") await store.create(key, session);
        return result === "gone" ? "ok" : result;
      },
    }),
    failing: /answers gone for a missing session|ends a session at logout while/,
  },
  "an update that ignores the version": {
    spoil: (store) => ({
      update: async (key, session) => {
        const found = await store.load(key);
        return found === null ? "gone" : store.update(key, session, found.version);
      },
    }),
    failing: /answers conflict at another version/,
  },
  "an update that changes createdAt": {
    spoil: (store) => ({
      update: (key, session, version) => store.update(key, { ...session, createdAt: session.createdAt + 1 }, version),
    }),
    failing: /SEC-21 stores every field/,
  },
  "an update that keeps the old expiry": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const found = await store.load(key);
        return store.update(key, { ...session, expiresAt: found?.expiresAt ?? session.expiresAt }, version);
      },
    }),
    failing: /SEC-21 stores every field|keeps sessions whose expiry was moved by a touch/,
  },
  "an update that answers true": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const result = await store.update(key, session, version);
        return result === "ok" ? (true as never) : result;
      },
    }),
    failing: /replaces a session at the expected version/,
  },
  "a touch that creates": {
    spoil: (store) => ({
      touch: async (key, expiresAt) =>
        (await store.touch(key, expiresAt)) || store.create(key, { data: "", version: 1, createdAt: 0, expiresAt }),
    }),
    failing: /answers false for a missing session/,
  },
  "a touch that writes the whole session": {
    spoil: (store) => ({
      touch: async (key, expiresAt) => {
        const found = await store.load(key);
        return found !== null && (await store.update(key, { ...found, expiresAt }, found.version)) === "ok";
      },
    }),
    failing: /moves the expiry later and changes|never moves the expiry earlier|not make an update conflict/,
  },
  "a touch that does nothing": {
    spoil: (store) => ({ touch: async (key) => (await store.load(key)) !== null }),
    failing: /moves the expiry later and changes|lists an updated and touched session once/,
  },
  "a delete that expects the first version": {
    spoil: (store) => ({ delete: (key, version = 1) => store.delete(key, version) }),
    failing: /ends a session at any version/,
  },
  "a delete that always answers ok": {
    spoil: (store) => ({
      delete: async (key, version) => {
        const result = await store.delete(key, version);
        return result === "gone" ? "ok" : result;
      },
    }),
    failing: /answers gone the second time/,
  },
  "a delete that ends other sessions as well": {
    spoil: (store) => ({
      delete: async (key, version) => {
        const result = await store.delete(key, version);
        await store.sweep(Number.POSITIVE_INFINITY);
        return result;
      },
    }),
    failing: /ends no other session/,
  },
};
