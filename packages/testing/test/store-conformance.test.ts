import { memoryStore, type SessionStore, type SubjectSession } from "@coatcheck/core";
import { storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { failuresOf } from "./support/collect.ts";

type Store = ReturnType<typeof memoryStore>;

/** Ways to get a store wrong that have shipped elsewhere, and words of the test that has to notice. */
const MISTAKES: Readonly<Record<string, { spoil: (store: Store) => Partial<Store>; noticed: RegExp }>> = {
  "an update that creates": {
    spoil: (store) => ({
      update: async (key, session, version) => {
        const result = await store.update(key, session, version);
        if (result === "gone") await store.create(key, session);
        return result === "gone" ? "ok" : result;
      },
    }),
    noticed: /answers gone where there is no session, and creates none/,
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
    noticed: /SEC-21 takes over every field/,
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
  "an index that matches the beginning of a name": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        let count = 0;
        for (const name of [subject, `${subject}2`, `${subject}%`]) count += await store.deleteBySubject(name, except);
        return count;
      },
    }),
    noticed: /not of one whose name begins like it/,
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
    noticed: /moves the expiry later and leaves the rest/,
  },
  "a create that overwrites": {
    spoil: (store) => ({
      create: async (key, session) => {
        await store.delete(key);
        return store.create(key, session);
      },
    }),
    noticed: /SEC-01 refuses a key that exists/,
  },
  "a delete that ignores the version": {
    spoil: (store) => ({ delete: (key) => store.delete(key) }),
    noticed: /only at the version asked for/,
  },
  "a parse of what is stored": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: JSON.stringify(JSON.parse(found.data)) };
      },
    }),
    noticed: /byte for byte/,
  },
  "a trim of what is stored": {
    spoil: (store) => ({
      load: async (key) => {
        const found = await store.load(key);
        return found && { ...found, data: found.data.trim() };
      },
    }),
    noticed: /byte for byte/,
  },
  "an index that forgets nothing": {
    spoil: (store) => {
      const ever = new Map<string, SubjectSession>();
      return {
        create: (key, session) => {
          ever.set(key, { key, session });
          return store.create(key, session);
        },
        listBySubject: async (subject) => [...ever.values()].filter(({ session }) => session.subject === subject),
      };
    },
    noticed: /forgets a session that ended/,
  },
  "a sweep that removes the living": {
    spoil: (store) => ({ sweep: (at) => store.sweep(at + 10) }),
    noticed: /removes what has expired, and nothing else/,
  },
  "traits that promise too little": {
    spoil: () => ({ traits: { atomic: false, consistency: "eventual" } }),
    noticed: /can do what it was said to do/,
  },
};

describe("storeConformance", () => {
  it("finds nothing wrong with a store that is right", async () => {
    const suite = (create: () => SessionStore) =>
      failuresOf((runner) => storeConformance(runner, { name: "right", create: () => ({ store: create() }) }));
    expect(await suite(memoryStore)).toEqual([]);
  });

  for (const [mistake, { spoil, noticed }] of Object.entries(MISTAKES)) {
    it(`notices ${mistake}`, async () => {
      const create = () => {
        const store = memoryStore();
        return { store: { ...store, ...spoil(store) } };
      };
      const failures = await failuresOf((runner) => storeConformance(runner, { name: "wrong", create }));
      expect(failures.join("\n")).toMatch(noticed);
    });
  }
});
