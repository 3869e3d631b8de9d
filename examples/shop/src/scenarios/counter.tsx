import type { Session } from "@coatcheck/core";
import { isCookieKind } from "../sessions/storage-kind.ts";
import type { OpenKind } from "../sessions/storages.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

/** Requests that are sent at once. */
const REQUESTS = 10;

export const counter: Scenario = {
  slug: "counter",
  title: "Ten clicks at once count ten",
  summary:
    "Ten requests read the same number and add one. Where the last save wins, nine are lost; update() runs again on the newer number.",
  code: `// What another request wrote meanwhile is overwritten.
session.set("count", (session.get("count") ?? 0) + 1);

// Runs again when another request was faster.
session.update("count", (count = 0) => count + 1);`,

  Try: ({ kind, toAction }) => (
    <>
      <ButtonForm action={toAction("count")}>Send ten requests at once, twice</ButtonForm>
      {isCookieKind(kind.kind) && (
        <p>
          In a cookie nothing can be merged: each response brings a cookie of its own, and the browser keeps the last.
          Change over to SQLite below, and try again.
        </p>
      )}
    </>
  ),

  actions: {
    count: async ({ kind }) => [
      {
        tried: `${REQUESTS} requests with set`,
        result: `counted ${await countWith(kind, (session) => session.set("count", (session.get("count") ?? 0) + 1))}`,
      },
      {
        tried: `${REQUESTS} requests with update`,
        result: `counted ${await countWith(kind, (session) => session.update("count", (count = 0) => count + 1))}`,
      },
    ],
  },
};

interface Counting {
  count: number;
}

/** What the session says after all of them. */
async function countWith(kind: OpenKind, add: (session: Session<Counting>) => unknown): Promise<number> {
  const browser = labBrowser(labManager<Counting>(kind));
  await browser.visit((session) => session.set("count", 0));
  const gate = meeting(REQUESTS);
  const click = async (session: Session<Counting>) => {
    // All have read before one writes: the worst that can happen, each time.
    await gate();
    add(session);
  };
  await Promise.all(Array.from({ length: REQUESTS }, () => browser.visit(click)));
  const counted = await browser.visit((session) => session.get("count") ?? 0);
  await browser.visit((session) => session.destroy());
  return counted;
}

/** Whoever calls waits until so many have. */
function meeting(size: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === size) resolve();
    return promise;
  };
}
