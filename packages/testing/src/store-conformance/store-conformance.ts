import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";
import { assert } from "chai";
import type { TestRunner } from "../test-runner.ts";
import { storeConnections } from "./connections.ts";
import { storeDrops, storeExpiry } from "./expiry.ts";
import { storeKeys } from "./keys.ts";
import { storeRaces } from "./races.ts";
import { storeSessions } from "./requests.ts";
import { storeRevocation, storeRevocationRaces } from "./revocation.ts";
import { storeBasics } from "./single-operations.ts";
import { storeSizes } from "./sizes.ts";
import { storeSubjects } from "./subject-index.ts";
import { storeSweepRaces, storeSweeps } from "./sweeps.ts";

/** A store as the suite uses it. */
export interface StoreUnderTest {
  readonly store: SessionStore & Partial<SubjectIndex & Sweeper>;
  /**
   * The same sessions through a connection of its own, as another process of the application has it. Races then run
   * between the two, which a queue in the client or a lock in the process does not decide.
   * @default store
   */
  readonly peer?: SessionStore & Partial<SubjectIndex & Sweeper>;
  /** Frees what both hold. */
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
  /**
   * Whether it refuses with `INVALID_OPTION` what is no store key. The core asks for nothing else, so this is a second
   * lock on the door. Say `true` for a store in whose engine a text can name another place: a path, a key of others.
   * @default false
   */
  readonly checksKeys?: boolean;
  /**
   * Seconds after the expiry of a session at most until the engine has dropped it by itself. Left out, that is not
   * asked: for engines that leave it to `sweep`, and those that take longer than a test may.
   * @default undefined
   */
  readonly dropsWithin?: number;
  /**
   * Bytes of `data`, as UTF-8, that a session may have. A store that holds less than the core lets through must refuse
   * what is a tenth larger with `SESSION_TOO_LARGE`.
   * @default 1_048_576
   */
  readonly maxDataBytes?: number;
}

/** A runner that gives each test a fresh store, by two connections or twice the same one. */
export interface StoreRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: (store: FullStore, peer: FullStore) => Promise<void>) => unknown;
}

/** What a test may call; those for a subject index or a sweeper are only there for a store that has one. */
export type FullStore = SessionStore & SubjectIndex & Sweeper;

/**
 * The contract of `SessionStore` as tests. A store's own test file is one call of this. What a store is said not to do
 * is not asked of it, and it is asked whether that is so.
 */
export function storeConformance(runner: TestRunner, options: StoreConformanceOptions): void {
  const { isAtomic = true, hasSubjectIndex = true, hasSweeper = true, checksKeys = false } = options;
  const { dropsWithin, maxDataBytes } = options;
  const { describe } = runner;
  const it: StoreRunner["it"] = (name, body) =>
    runner.it(name, async () => {
      const { store, peer = store, close } = await options.create();
      try {
        await body(store as FullStore, peer as FullStore);
      } finally {
        await close?.();
      }
    });

  describe(`${options.name}: store conformance`, () => {
    it("can do what it was said to do, no more and no less", async (...connections) => {
      for (const store of connections) {
        assert.equal(store.traits.atomic, isAtomic, "traits.atomic");
        assert.equal(typeof store.listBySubject === "function", hasSubjectIndex, "listBySubject");
        assert.equal(typeof store.deleteBySubject === "function", hasSubjectIndex, "deleteBySubject");
        assert.equal(typeof store.sweep === "function", hasSweeper, "sweep");
      }
    });

    storeBasics({ describe, it });
    storeSizes({ describe, it }, maxDataBytes);
    if (checksKeys) storeKeys({ describe, it });
    storeConnections({ describe, it });
    storeExpiry({ describe, it });
    if (dropsWithin !== undefined) storeDrops({ describe, it }, dropsWithin, hasSubjectIndex);
    storeSessions({ describe, it });
    if (isAtomic) storeRaces({ describe, it });
    if (hasSubjectIndex) storeSubjects({ describe, it });
    if (hasSubjectIndex) storeRevocation({ describe, it });
    if (hasSubjectIndex && isAtomic) storeRevocationRaces({ describe, it });
    if (hasSweeper) storeSweeps({ describe, it }, hasSubjectIndex);
    if (hasSweeper && isAtomic) storeSweepRaces({ describe, it });
  });
}
