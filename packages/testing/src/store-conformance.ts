import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";
import { assert } from "chai";
import type { TestRunner } from "./runner.ts";
import { storeBasics } from "./store-basics.ts";
import { storeRaces } from "./store-races.ts";
import { storeSessions } from "./store-sessions.ts";
import { storeSubjects, storeSweeps } from "./store-subjects.ts";

/** A store as the suite uses it. */
export interface StoreUnderTest {
  readonly store: SessionStore & Partial<SubjectIndex & Sweeper>;
  /** Frees what it holds. */
  close?(): void | Promise<void>;
}

/** What the suite is told about the store. */
export interface StoreConformanceOptions {
  /** For the titles: `memoryStore`. */
  readonly name: string;
  /** Makes an empty store. Called for each test, so none depends on another. */
  readonly create: () => StoreUnderTest | Promise<StoreUnderTest>;
  /** Whether it compares and swaps; must agree with its `traits`. @default true */
  readonly isAtomic?: boolean;
  /** Whether it has a `SubjectIndex`. @default true */
  readonly hasSubjectIndex?: boolean;
  /** Whether it has a `Sweeper`. @default true */
  readonly hasSweeper?: boolean;
}

/** A runner that gives each test a fresh store. */
export interface StoreRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: (store: FullStore) => Promise<void>) => unknown;
}

/** What a test may call; those for a subject index or a sweeper are only there for a store that has one. */
type FullStore = SessionStore & SubjectIndex & Sweeper;

/**
 * The contract of `SessionStore` as tests. A store's own test file is one call of this. What a store is said not to do
 * is not asked of it, and it is asked whether that is so.
 */
export function storeConformance(runner: TestRunner, options: StoreConformanceOptions): void {
  const { isAtomic = true, hasSubjectIndex = true, hasSweeper = true } = options;
  const { describe } = runner;
  const it: StoreRunner["it"] = (name, body) =>
    runner.it(name, async () => {
      const { store, close } = await options.create();
      try {
        await body(store as FullStore);
      } finally {
        await close?.();
      }
    });

  describe(`${options.name}: store conformance`, () => {
    it("can do what it was said to do, no more and no less", async (store) => {
      assert.equal(store.traits.atomic, isAtomic, "traits.atomic");
      assert.equal(typeof store.listBySubject === "function", hasSubjectIndex, "listBySubject");
      assert.equal(typeof store.deleteBySubject === "function", hasSubjectIndex, "deleteBySubject");
      assert.equal(typeof store.sweep === "function", hasSweeper, "sweep");
    });

    storeBasics({ describe, it });
    storeSessions({ describe, it });
    if (isAtomic) storeRaces({ describe, it });
    if (hasSubjectIndex) storeSubjects({ describe, it });
    if (hasSweeper) storeSweeps({ describe, it });
  });
}
