import { memoryStore, type SessionStore } from "@coatcheck/core";
import { type StoreConformanceOptions, storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { failuresOf, titlesOf } from "../support/run-suite.ts";
import { checkingStore } from "./checking-store.ts";
import { expiringStore } from "./expiring-store.ts";
import { BASICS } from "./mistakes/basics.ts";
import { EXPIRY } from "./mistakes/expiry.ts";
import { type Mistake, make } from "./mistakes/mistake.ts";
import { RACES } from "./mistakes/races.ts";
import { REQUESTS } from "./mistakes/requests.ts";
import { SUBJECTS } from "./mistakes/subjects.ts";

const MISTAKES: Readonly<Record<string, Mistake>> = { ...BASICS, ...REQUESTS, ...RACES, ...SUBJECTS, ...EXPIRY };

type Options = Omit<StoreConformanceOptions, "name">;

const suiteOf = (options: Options) => (runner: Parameters<typeof storeConformance>[0]) =>
  storeConformance(runner, { name: "store", ...options });

/** A class, as a store of somebody's may be: its methods are nothing that `{ ...store }` copies. */
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
  const right: Readonly<Record<string, Options>> = {
    "a store": { create: () => ({ store: memoryStore() }) },
    "a store by two connections": {
      create: () => {
        const store = memoryStore();
        return { store, peer: { ...store } };
      },
    },
    "a store that refuses what is no key": { create: () => ({ store: checkingStore() }), checksKeys: true },
    "an engine that drops what has expired": { create: () => ({ store: expiringStore() }), dropsWithin: 1 },
    "a store that is a class, and has neither index nor sweeper": {
      create: () => ({ store: new ClassStore() }),
      hasSubjectIndex: false,
      hasSweeper: false,
    },
  };
  for (const [what, options] of Object.entries(right)) {
    it(`finds nothing wrong with ${what} that is right`, async () => {
      expect(await failuresOf(suiteOf(options))).toEqual([]);
    });
  }

  it("asks no store for what it was said not to do", () => {
    const less = suiteOf({
      create: () => ({ store: memoryStore() }),
      isAtomic: false,
      hasSubjectIndex: false,
      hasSweeper: false,
    });
    expect(titlesOf(less).filter((title) => /SEC-04|SEC-24|at once|of many|sweep|drops|removes/.test(title))).toEqual([
      expect.stringMatching("shows the other what one wrote"),
      expect.stringMatching("shows a logout to the other"),
    ]);
  });

  for (const [name, mistake] of Object.entries(MISTAKES)) {
    it(`notices ${name}`, async () => {
      const suite = suiteOf({ create: () => make(mistake), ...mistake.options });
      const expected = titlesOf(suite).filter((title) => mistake.noticed.test(title));
      expect(expected).not.toEqual([]);
      expect(await failuresOf(suite, mistake.noticed)).toEqual(expected);
    });
  }

  it("asks nothing that no store could get wrong", () => {
    const create = () => ({ store: memoryStore() });
    const titles = [{ dropsWithin: 1, checksKeys: true }, { maxDataBytes: 1_000 }].flatMap((less) =>
      titlesOf(suiteOf({ create, ...less })),
    );
    const noticed = Object.values(MISTAKES).map((mistake) => mistake.noticed);
    expect(
      titles.filter((title) => !noticed.some((pattern) => pattern.test(title.replace("1000", "1048576")))),
    ).toEqual([]);
  });

  it("takes a lock within one process for none", async () => {
    const mistake = RACES["a lock that only one connection knows of"];
    if (mistake === undefined) throw new Error("it was there");
    const create = () => ({ store: make(mistake).store });
    // By itself it is right, and nothing but a second connection tells.
    expect(await failuresOf(suiteOf({ create }), mistake.noticed)).toEqual([]);
  });
});
