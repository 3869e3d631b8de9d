import { runInNewContext } from "node:vm";
import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { sessionInspector } from "@coatcheck/inspector";
import { browser, fakeClock } from "@coatcheck/testing";
import { expect, it } from "vitest";

/** The markup of a page that is loaded this many seconds after the session began. */
async function pageAfter(seconds: number): Promise<string> {
  const { now, advance } = fakeClock();
  const options = { mode: serverSide(memoryStore()), now };
  const inspector = sessionInspector(options);
  const sessions = new SessionManager(options);
  const application = sessions.wrap(async (_request, pending) => {
    (await pending).set("cart", []);
    return new Response();
  });
  const client = browser({
    fetch: (request) => (request.url.endsWith("/inspector") ? inspector.fetch(request) : application(request)),
  });
  await client.fetch("/");
  advance(seconds);
  return (await client.fetch("/inspector")).text();
}

it("pageScript formats distances as the server does", async () => {
  for (const seconds of [0, 1, 59, 60, 119, 3600, 7199, 86_399]) {
    const page = await pageAfter(seconds);
    const now = Number(/data-now="(\d+)"/.exec(page)?.[1]);
    const shown = [...page.matchAll(/data-at="(\d+)">([^<]+)</g)];
    expect(shown.length).toBeGreaterThan(4);
    const script = /<script[^>]*>([\s\S]*)<\/script>/.exec(page)?.[1] ?? "";
    const document = { body: { dataset: { now } }, getElementById: () => undefined };
    // The browser's clock differs from the server's.
    const context = { document, Date: { now: () => 1000 }, addEventListener: () => {}, setInterval: () => {} };
    const formatDistance = runInNewContext(`${script}; formatDistance`, context) as (at: number) => string;
    for (const [, at, words] of shown) expect(formatDistance(Number(at))).toBe(words);
  }
});
