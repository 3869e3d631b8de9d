import type { Session } from "@coatcheck/core";
import { isCookieKind } from "../sessions/storage-kind.ts";
import type { SessionStorage } from "../sessions/storages.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

/** The number of requests that are sent at once. */
const REQUESTS = 10;

export const counter: Scenario = {
  slug: "counter",
  title: "Ten clicks at once count as ten",
  summary:
    "Ten requests read the same number and add one. If the last save wins, nine clicks are lost. update() runs again on the newer number.",
  code: `// Overwrites what another request wrote in the meantime:
session.set("count", (session.get("count") ?? 0) + 1);

// Runs again when another request was faster:
session.update("count", (count = 0) => count + 1);`,

  Try: ({ storage, toAction }) => (
    <>
      <ButtonForm action={toAction("count")}>Send ten requests at once, twice</ButtonForm>
      {isCookieKind(storage.kind) && (
        <p>
          Sessions in cookies cannot be merged: every response sets its own cookie, and the browser stores the last one.
          Switch to SQLite below and try again.
        </p>
      )}
    </>
  ),

  actions: {
    count: async ({ storage }) => [
      {
        tried: `${REQUESTS} requests with set`,
        result: `counted ${await countWith(storage, (session) => session.set("count", (session.get("count") ?? 0) + 1))}`,
      },
      {
        tried: `${REQUESTS} requests with update`,
        result: `counted ${await countWith(storage, (session) => session.update("count", (count = 0) => count + 1))}`,
      },
    ],
  },
};

interface Counting {
  count: number;
}

/** Returns the count in the session after all requests. */
async function countWith(storage: SessionStorage, add: (session: Session<Counting>) => unknown): Promise<number> {
  const browser = labBrowser(labManager<Counting>(storage));
  await browser.visit((session) => session.set("count", 0));
  const allHaveRead = barrier(REQUESTS);
  const click = async (session: Session<Counting>) => {
    // Every request reads before the first one writes: the worst case, every time.
    await allHaveRead();
    add(session);
  };
  await Promise.all(Array.from({ length: REQUESTS }, () => browser.visit(click)));
  const counted = await browser.visit((session) => session.get("count") ?? 0);
  await browser.visit((session) => session.destroy());
  return counted;
}

/** Returns a function whose callers wait until it has been called `size` times. */
function barrier(size: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === size) resolve();
    return promise;
  };
}
