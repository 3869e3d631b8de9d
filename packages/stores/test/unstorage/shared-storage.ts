import type { StoreUnderTest } from "@coatcheck/testing";
import type { Storage } from "unstorage";
import { unstorageStore } from "../../src/unstorage.ts";

/** Two stores over one storage, held to what every atomic store is held to: one lock serves both. */
export function withinOneProcess(storage: Storage): StoreUnderTest {
  return { store: outright(storage, true), peer: outright(storage, true) };
}

/** Stores over storages that know nothing of each other: what one process did, the other sees at once. */
export function inTwoProcesses(storage: Storage, other: Storage): StoreUnderTest {
  return { store: outright(storage, false), peer: outright(other, false) };
}

/** Says what holds over this very driver, where the traits speak for the least of all drivers. */
function outright(storage: Storage, atomic: boolean): StoreUnderTest["store"] {
  return { ...unstorageStore(storage), traits: { atomic, consistency: "strong" } };
}
