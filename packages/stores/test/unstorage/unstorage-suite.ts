import { storeConformance } from "@coatcheck/testing";
import { createStorage, type Driver, type Storage } from "unstorage";
import { afterEach, describe, it } from "vitest";
import { inTwoProcesses, withinOneProcess } from "./shared-storage.ts";

/** A driver, and the data that it can share with other processes. */
export interface SharedDriver {
  /** For the test titles. */
  readonly name: string;
  /** Creates empty data and returns its base for the driver. */
  readonly newBase: () => string | Promise<string>;
  /** The driver for a base. Every process has its own. */
  readonly driver: (base: string) => Driver;
  readonly dropsWithin?: number;
}

/** Runs the conformance suite with one storage of a driver, and with two, as two processes have them. */
export function unstorageSuite({ name, newBase, driver, ...abilities }: SharedDriver): void {
  const opened: Storage[] = [];
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.dispose();
  });
  const open = (base: string): Storage => {
    const storage = createStorage({ driver: driver(base) });
    opened.push(storage);
    return storage;
  };
  const shared = { hasSubjectIndex: false, hasSweeper: true, checksKeys: true, ...abilities };

  storeConformance(
    { describe, it },
    {
      name: `unstorageStore, ${name}, in two processes`,
      async create() {
        const base = await newBase();
        return inTwoProcesses(open(base), open(base));
      },
      isAtomic: false,
      ...shared,
    },
  );

  storeConformance(
    { describe, it },
    {
      name: `unstorageStore, ${name}, within one process`,
      create: async () => withinOneProcess(open(await newBase())),
      isAtomic: true,
      ...shared,
    },
  );
}
