export {
  type AdapterConformanceOptions,
  type AdapterUnderTest,
  adapterConformance,
} from "./adapter-conformance/adapter-conformance.ts";
export { type AdapterApplication, adapterApplication, type Program } from "./adapter-conformance/application.ts";
export { type Browser, type BrowserOptions, browser, type Fetch } from "./browser.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type Fault, type FaultyStore, faultyStore, type PausePoint, type StoreOperation } from "./faulty-store.ts";
export { type SessionTransactionOptions, sessionTransaction } from "./session-transaction.ts";
export {
  type StoreConformanceOptions,
  type StoreUnderTest,
  storeConformance,
} from "./store-conformance/store-conformance.ts";
export type { TestRunner } from "./test-runner.ts";
