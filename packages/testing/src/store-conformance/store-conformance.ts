import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";
import { assert } from "chai";
import type { TestRunner } from "../test-runner.ts";
import { type Ability, declares } from "./abilities.ts";
import { connectionTests } from "./connections.ts";
import { engineExpiryTests, expiryTests, indexExpiryTests } from "./expiry.ts";
import { faultTests } from "./faults.ts";
import { keyTests } from "./keys.ts";
import { raceTests } from "./races.ts";
import { requestTests } from "./requests.ts";
import { revocationRaceTests, revocationTests } from "./revocation.ts";
import { singleOperationTests } from "./single-operations.ts";
import { sizeTests } from "./sizes.ts";
import type { FullStore, StoreRunner } from "./store-runner.ts";
import { subjectIndexTests } from "./subject-index.ts";
import { indexSweepTests, sweepRaceTests, sweepTests } from "./sweeps.ts";

/** A store for one test. */
export interface StoreUnderTest {
  readonly store: SessionStore & Partial<SubjectIndex & Sweeper>;
  /**
   * The same sessions through a second connection, as another process of the application has it. Races then run between
   * the two connections, where neither a queue in the client nor a lock in the process decides them.
   * @default store
   */
  readonly peer?: SessionStore & Partial<SubjectIndex & Sweeper>;
  /** Closes both connections. */
  close?(): void | Promise<void>;
}

/** Describes the store to the suite. */
export interface StoreConformanceOptions {
  /** For the test titles: `memoryStore`. */
  readonly name: string;
  /** Creates an empty store. Called for each test, so that no test depends on another. */
  readonly create: () => StoreUnderTest | Promise<StoreUnderTest>;
  /**
   * Whether the store compares and swaps. When given, it must agree with `traits.atomic`.
   * @default what `traits.atomic` says
   */
  readonly isAtomic?: boolean;
  /**
   * Whether the store has a `SubjectIndex`. When given, it must agree with the methods of the store.
   * @default what the methods say
   */
  readonly hasSubjectIndex?: boolean;
  /**
   * Whether the store has a `Sweeper`. When given, it must agree with the methods of the store.
   * @default what the methods say
   */
  readonly hasSweeper?: boolean;
  /**
   * Whether the store rejects invalid keys with `INVALID_OPTION`. The core passes valid keys only, so this is a second
   * line of defense. Say `true` for an engine where a key can address something else: a path, or another program's key.
   * @default false
   */
  readonly checksKeys?: boolean;
  /**
   * The engine removes a session by itself at most this many seconds after its expiry. Leave it out for engines that
   * need `sweep`, and for those that take longer than a test should.
   * @default undefined
   */
  readonly dropsWithin?: number;
  /**
   * The largest `data` that the store accepts, in bytes of UTF-8. A store with a lower limit than the core must reject
   * data that is a tenth larger with `SESSION_TOO_LARGE`.
   * @default 1_048_576
   */
  readonly maxDataBytes?: number;
}

/**
 * Tests the contract of `SessionStore`. The test file of a store is one call of this function. Abilities that the store
 * does not declare are not tested, and the speed of the store does not matter.
 */
export function storeConformance(runner: TestRunner, options: StoreConformanceOptions): void {
  const { checksKeys = false, dropsWithin, maxDataBytes } = options;
  const expected: Readonly<Record<Ability, boolean | undefined>> = {
    "compare and swap": options.isAtomic,
    "subject index": options.hasSubjectIndex,
    sweeper: options.hasSweeper,
  };

  /**
   * A runner for tests that need these abilities. It registers no test when the options exclude one of them. When the
   * options leave one open, each test asks the store, and does nothing when the store does not declare the ability.
   */
  function runnerFor(...needs: readonly Ability[]): StoreRunner {
    if (needs.some((ability) => expected[ability] === false)) return { describe: () => {}, it: () => {} };
    return {
      describe: runner.describe,
      it: (name, body) =>
        runner.it(name, async () => {
          const { store, peer = store, close } = await options.create();
          try {
            const isAble = needs.every((ability) => expected[ability] ?? declares(store, ability));
            if (isAble) await body(store as FullStore, peer as FullStore);
          } finally {
            await close?.();
          }
        }),
    };
  }

  runner.describe(`${options.name}: store conformance`, () => {
    const always = runnerFor();
    always.it("declares the abilities that it has", async (...connections) => {
      for (const store of connections) assertAbilities(store, expected);
    });

    singleOperationTests(always);
    sizeTests(always, maxDataBytes);
    if (checksKeys) keyTests(always);
    connectionTests(always);
    expiryTests(always);
    if (dropsWithin !== undefined) {
      engineExpiryTests(always, dropsWithin);
      indexExpiryTests(runnerFor("subject index"), dropsWithin);
    }
    requestTests(always);
    faultTests(always);
    raceTests(runnerFor("compare and swap"));
    subjectIndexTests(runnerFor("subject index"));
    revocationTests(runnerFor("subject index"));
    revocationRaceTests(runnerFor("subject index", "compare and swap"));
    sweepTests(runnerFor("sweeper"));
    indexSweepTests(runnerFor("sweeper", "subject index"));
    sweepRaceTests(runnerFor("sweeper", "compare and swap"));
  });
}

function assertAbilities(store: FullStore, expected: Readonly<Record<Ability, boolean | undefined>>): void {
  assert.isBoolean(store.traits.atomic, "traits.atomic");
  assert.equal(typeof store.listBySubject, typeof store.deleteBySubject, "a subject index has both of its methods");
  for (const ability of Object.keys(expected) as Ability[]) {
    if (expected[ability] !== undefined) assert.equal(declares(store, ability), expected[ability], ability);
  }
}
