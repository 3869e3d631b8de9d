import { assert } from "chai";
import type { Browser } from "../browser.ts";
import { type Fault, type FaultyStore, faultyStore, type StoreOperation } from "../faulty-store.ts";
import { application } from "./application.ts";
import type { StoreRunner } from "./store-runner.ts";

/** The faults of a store operation, in words for the titles. */
const FAULTS: Readonly<Record<Fault, string>> = {
  "throw-before": "throws without effect",
  "throw-after": "throws after it took effect",
  hang: "never answers",
};

/** A request for each operation. */
const REQUESTS: readonly FaultyRequest[] = [
  { operation: "load", path: "/read?" },
  { operation: "create", path: "/set?key=cart&value=book" },
  { operation: "update", path: "/set?key=cart&value=pen" },
  { operation: "delete", path: "/logout?" },
];

/** A request, and the operation of it that fails. */
interface FaultyRequest {
  readonly operation: StoreOperation;
  readonly path: string;
}

/** Requests whose store operation fails. */
export function faultTests({ describe, it }: StoreRunner): void {
  describe("faults", () => {
    for (const [fault, what] of Object.entries(FAULTS)) {
      for (const request of REQUESTS) {
        it(`SEC-42 fails only the request whose ${request.operation} ${what}`, async (store) => {
          const faulty = faultyStore(store);
          const { client, newClient } = application(faulty);
          await client.fetch("/set?key=cart&value=book");
          const target = request.operation === "create" ? newClient() : client;

          const response = await fetchWithFault(faulty, target, request, fault as Fault);
          assert.equal(await response.text(), "STORE_FAILED");
          assert.deepEqual(response.headers.getSetCookie(), []);

          assert.equal((await target.fetch(request.path)).status, 200);
        });
      }
    }
  });
}

function fetchWithFault(store: FaultyStore, client: Browser, request: FaultyRequest, fault: Fault): Promise<Response> {
  if (fault === "hang") return fetchUntilHanging(store, client, request);
  store.failNext(request.operation, fault);
  return client.fetch(request.path);
}

/** Seconds that a store operation may take, one attempt after another. */
const TIMEOUTS: readonly number[] = [0.05, 0.5, 5];

/**
 * Sends a request whose operation never answers, which takes as long as the timeout. The timeout is short at first.
 * When another operation of the request exceeds it, because the store is slow, the next attempt allows more.
 */
async function fetchUntilHanging(
  store: FaultyStore,
  client: Browser,
  { operation, path }: FaultyRequest,
): Promise<Response> {
  // An operation that is never resumed never answers.
  const { reached } = store.pauseNext(operation);
  for (const timeout of TIMEOUTS) {
    const response = client.fetch(`${path}&timeout=${timeout}`);
    const isReached = await Promise.race([reached.then(() => true), response.then(() => false)]);
    if (isReached) return response;
  }
  throw new Error(`no request calls ${operation} in time`);
}
