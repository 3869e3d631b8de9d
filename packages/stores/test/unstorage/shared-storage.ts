import type { StoreUnderTest } from "@coatcheck/testing";
import type { Storage } from "unstorage";
import { unstorageStore } from "../../src/unstorage.ts";

/** Two stores over one storage. Because they share a lock, the suite tests them as atomic stores. */
export function withinOneProcess(storage: Storage): StoreUnderTest {
  return { store: withTraits(storage, true), peer: withTraits(storage, true) };
}

/** Two stores over separate storages of the same data. Each sees the other's changes at once. */
export function inTwoProcesses(storage: Storage, other: Storage): StoreUnderTest {
  return { store: withTraits(storage, false), peer: withTraits(other, false) };
}

/** Declares the traits for the driver of a test. The store itself declares those that hold for every driver. */
function withTraits(storage: Storage, atomic: boolean): StoreUnderTest["store"] {
  return { ...unstorageStore(storage), traits: { atomic, consistency: "strong" } };
}
