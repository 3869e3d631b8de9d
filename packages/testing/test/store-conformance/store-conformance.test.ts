import { memoryStore, type SessionStore } from "@coatcheck/core";
import { type StoreConformanceOptions, storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { failuresOf, parallelFailuresOf, titlesOf } from "../support/run-suite.ts";
import { checkingStore } from "./checking-store.ts";
import { expiringStore } from "./expiring-store.ts";
import { minimalStore } from "./minimal-store.ts";
import { EXPIRY } from "./mistakes/expiry.ts";
import { faultyConnections, type Mistake } from "./mistakes/mistake.ts";
import { LOCK_PER_CONNECTION, RACES } from "./mistakes/races.ts";
import { REQUESTS } from "./mistakes/requests.ts";
import { SINGLE_OPERATIONS } from "./mistakes/single-operations.ts";
import { SUBJECTS } from "./mistakes/subjects.ts";
import { slowStore } from "./slow-store.ts";

const MISTAKES: Readonly<Record<string, Mistake>> = {
  ...SINGLE_OPERATIONS,
  ...REQUESTS,
  ...RACES,
  ...SUBJECTS,
  ...EXPIRY,
};

type Options = Omit<StoreConformanceOptions, "name">;

const EVERYTHING = { isAtomic: true, hasSubjectIndex: true, hasSweeper: true };
const NOTHING = { isAtomic: false, hasSubjectIndex: false, hasSweeper: false };

const suiteOf = (options: Options) => (runner: Parameters<typeof storeConformance>[0]) =>
  storeConformance(runner, { name: "store", ...options });

/** A store with methods that `{ ...store }` does not copy. */
class ClassStore implements SessionStore {
  readonly #store = memoryStore();
  readonly traits = this.#store.traits;
  load(...args: Parameters<SessionStore["load"]>): ReturnType<SessionStore["load"]> {
    return this.#store.load(...args);
  }
  create(...args: Parameters<SessionStore["create"]>): ReturnType<SessionStore["create"]> {
    return this.#store.create(...args);
  }
  update(...args: Parameters<SessionStore["update"]>): ReturnType<SessionStore["update"]> {
    return this.#store.update(...args);
  }
  touch(...args: Parameters<SessionStore["touch"]>): ReturnType<SessionStore["touch"]> {
    return this.#store.touch(...args);
  }
  delete(...args: Parameters<SessionStore["delete"]>): ReturnType<SessionStore["delete"]> {
    return this.#store.delete(...args);
  }
}

describe("storeConformance", () => {
  const correct: Readonly<Record<string, Options>> = {
    "a store with all abilities": { create: () => ({ store: memoryStore() }), ...EVERYTHING },
    "a store over two connections": {
      create: () => {
        const store = memoryStore();
        return { store, peer: { ...store } };
      },
    },
    "a store that checks keys": { create: () => ({ store: checkingStore() }), checksKeys: true },
    "an engine that removes expired sessions": { create: () => ({ store: expiringStore() }), dropsWithin: 1 },
    "a class without a subject index and a sweeper": {
      create: () => ({ store: new ClassStore() }),
      hasSubjectIndex: false,
      hasSweeper: false,
    },
  };
  for (const [what, options] of Object.entries(correct)) {
    it(`passes for ${what}`, async () => {
      expect(await failuresOf(suiteOf(options))).toEqual([]);
    });
  }

  // 6 tests failed, because they allowed an operation 50 ms.
  it("C-49 passes for a store that takes 60 ms per operation", async () => {
    const slow = { create: () => ({ store: slowStore(memoryStore()) }), ...EVERYTHING };
    expect(await parallelFailuresOf(suiteOf(slow))).toEqual([]);
  });

  it("C-49 passes for a slow engine that removes expired sessions", async () => {
    const slow = { create: () => ({ store: slowStore(expiringStore()) }), dropsWithin: 1 };
    expect(await parallelFailuresOf(suiteOf(slow))).toEqual([]);
  });

  // 34 tests failed with a TypeError, because they called methods that the store does not have.
  it("C-49 passes for the smallest store: five methods and traits", async () => {
    for (const isAtomic of [true, false]) {
      const create = () => ({ store: minimalStore({ isAtomic }) });
      expect(await failuresOf(suiteOf({ create }))).toEqual([]);
      expect(await failuresOf(suiteOf({ create, ...NOTHING, isAtomic }))).toEqual([]);
    }
  });

  it("C-49 passes for a slow store with five methods", async () => {
    expect(await parallelFailuresOf(suiteOf({ create: () => ({ store: slowStore(minimalStore()) }) }))).toEqual([]);
  });

  it.each(["isAtomic", "hasSubjectIndex", "hasSweeper"] as const)(
    "fails for a store that has more or less than %s says",
    async (option) => {
      const abilities = /declares the abilities/;
      const full = { create: () => ({ store: memoryStore() }), [option]: false };
      expect(await failuresOf(suiteOf(full), abilities)).toHaveLength(1);
      const minimal = { create: () => ({ store: minimalStore({ isAtomic: false }) }), [option]: true };
      expect(await failuresOf(suiteOf(minimal), abilities)).toHaveLength(1);
    },
  );

  it("registers no tests for abilities that the options exclude", () => {
    const titles = titlesOf(suiteOf({ create: () => ({ store: memoryStore() }), ...NOTHING }));
    expect(titles.filter((title) => /SEC-04|SEC-24|at once|of many|sweep|removes/.test(title))).toEqual([
      expect.stringMatching("shows a write to the other connection"),
      expect.stringMatching("shows a logout at once"),
    ]);
  });

  for (const [name, mistake] of Object.entries(MISTAKES)) {
    it(`fails for a store with ${name}`, async () => {
      const suite = suiteOf({ create: () => faultyConnections(mistake), ...EVERYTHING, ...mistake.options });
      const expected = titlesOf(suite).filter((title) => mistake.failing.test(title));
      expect(expected).not.toEqual([]);
      expect(await failuresOf(suite, mistake.failing)).toEqual(expected);
    });
  }

  it("has no test that passes for every faulty store", () => {
    const create = () => ({ store: memoryStore() });
    const titles = [{ dropsWithin: 1, checksKeys: true }, { maxDataBytes: 1_000 }].flatMap((more) =>
      titlesOf(suiteOf({ create, ...more })),
    );
    const failing = Object.values(MISTAKES).map((mistake) => mistake.failing);
    expect(
      titles.filter((title) => !failing.some((pattern) => pattern.test(title.replace("1000", "1048576")))),
    ).toEqual([]);
  });

  it("notices a lock within one process only over two connections", async () => {
    const create = () => ({ store: faultyConnections(LOCK_PER_CONNECTION).store });
    expect(await failuresOf(suiteOf({ create }), LOCK_PER_CONNECTION.failing)).toEqual([]);
  });
});
