import { fakeClock } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios } from "../src/scenarios/scenario-list.ts";
import { isCookieKind } from "../src/sessions/storage-kind.ts";
import { submitFrom, textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("scenarios, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
  });
  afterAll(() => shop.close());

  /** Sends the form of a scenario and returns the page that shows the result. */
  async function tryScenario(slug: string, action: string, fields: Record<string, string> = {}): Promise<string> {
    return (await shop.visitor().submit(`/scenarios/${slug}/${action}`, fields)).text();
  }

  it("are listed, and each one has a page with a form", async () => {
    const visitor = shop.visitor();
    const list = await textOf(visitor, "/scenarios");
    for (const { slug, title } of scenarios) {
      expect(list).toContain(`<a href="/scenarios/${slug}">${title}</a>`);
      const page = await textOf(visitor, `/scenarios/${slug}`);
      expect(page).toContain(`<h1>${title}</h1>`);
      expect(page).toMatch(new RegExp(`<form method="post" action="/scenarios/${slug}/`));
    }
    for (const path of ["/scenarios/nothing", "/scenarios/flash/nothing"]) {
      expect((await visitor.visit(path)).status).toBe(404);
    }
    expect((await visitor.submit("/scenarios/flash/constructor", {})).status).toBe(404);
  });

  it("saves nested changes", async () => {
    const visitor = shop.visitor();
    await visitor.submit("/scenarios/nested-changes/push", { wish: "a hat" });
    await visitor.submit("/scenarios/nested-changes/push", { wish: "a coat" });
    expect(await textOf(visitor, "/scenarios/nested-changes")).toContain("In the session: a hat, a coat");
  });

  it("counts ten parallel requests with update and one with set, and only one either way in a cookie", async () => {
    const page = await tryScenario("counter", "count");
    expect(page).toMatch(/with set<\/dt><dd>counted 1</);
    expect(page).toMatch(new RegExp(`with update</dt><dd>counted ${isCookieKind(kind) ? 1 : 10}<`));
  });

  it("shows flash messages of two categories once", async () => {
    const visitor = shop.visitor();
    const page = await (await visitor.submit("/scenarios/flash/both", {})).text();
    expect(page).toContain('<p class="message notice" role="status">Your coat was taken</p>');
    expect(page).toContain('<p class="message error" role="alert">There is no hook left for the hat</p>');
    expect(await textOf(visitor, "/scenarios/flash")).not.toContain('class="message');
  });

  it("sets Max-Age on the cookie of a persistent session only", async () => {
    const visitor = shop.visitor();
    const keep = await visitor.fetch("/scenarios/persistent/keep", { method: "POST" });
    expect(keep.headers.get("Set-Cookie")).toContain("Max-Age=");
    expect(await textOf(visitor, "/scenarios/persistent")).toMatch(/outlives the browser[\s\S]*Max-Age=/);
    const drop = await visitor.fetch("/scenarios/persistent/drop", { method: "POST" });
    expect(drop.headers.get("Set-Cookie")).not.toContain("Max-Age=");
    expect(await textOf(visitor, "/scenarios/persistent")).toContain("ends with the browser");
  });

  it("SEC-20 SEC-21 ends the short session when it is idle, and after a minute in any case", async () => {
    const clock = fakeClock(Date.now());
    const later = await open(kind, clock.now);
    const visitor = later.visitor();
    const look = () => textOf(visitor, "/scenarios/timeouts");
    await visitor.submit("/scenarios/timeouts/begin", {});
    for (let second = 14; second < 60; second += 14) {
      clock.advance(14);
      expect(await look()).toContain(`is ${second} seconds old`);
    }
    clock.advance(5);
    expect(await look()).toContain("The second session has not started, or it has ended.");
    await visitor.submit("/scenarios/timeouts/begin", {});
    clock.advance(15);
    expect(await look()).toContain("The second session has not started, or it has ended.");
    later.close();
  });

  it("SEC-05 changes the id at login, and the old cookie is not logged in", async () => {
    const page = await tryScenario("new-id", "login");
    const [before, after] = [...page.matchAll(/<dd>([\w-]{8})…<\/dd>/g)].map(([, id]) => id);
    expect(before).toBeDefined();
    expect(after).not.toBe(before);
    expect(page).toContain("<dd>not logged in</dd>");
  });

  it("SEC-23 keeps a user logged out when a slow request finishes after the logout", async () => {
    const page = await tryScenario("logout-wins", "race");
    expect(page).toContain("finished; 1 write dropped");
    expect(page).toContain("<dd>set no cookie</dd>");
    expect(page).toContain("<dd>not logged in</dd>");
  });

  it("SEC-24 logs out all browsers of a user except one", async () => {
    const page = await tryScenario("everywhere", "leave");
    expect(page).toMatch(/Laptop<\/dt><dd>still logged in<.*Phone<\/dt><dd>logged out<.*Library<\/dt><dd>logged out</);
  });

  it("SEC-51 denies a form without a token or with a wrong one", async () => {
    const visitor = shop.visitor();
    const page = await submitFrom(visitor, "/scenarios/csrf", "/scenarios/csrf/send");
    expect(await page.text()).toContain("<dd>accepted</dd>");
    for (const fields of [{}, { csrf_token: "A".repeat(86) }] as Record<string, string>[]) {
      const refused = await visitor.submit("/scenarios/csrf/send", fields);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain("This form is out of date");
    }
  });

  it("SEC-33 rejects data that is too large for a cookie and stores it on the server", async () => {
    expect(await tryScenario("cookie-size", "fill", { kilobytes: "2" })).toMatch(/fits: the cookie has \d+ bytes/);
    const large = await tryScenario("cookie-size", "fill", { kilobytes: "4" });
    expect(large).toContain(isCookieKind(kind) ? "SESSION_TOO_LARGE: " : "fits: the cookie has ");
  });

  it("SEC-14 keeps users logged in when the secret changes", async () => {
    const page = await tryScenario("key-rotation", "rotate");
    expect(page).toContain("<dd>eve is logged in and gets a new cookie</dd>");
    expect(page).toContain("<dd>eve is logged in</dd>");
    expect(page).toContain("<dd>rejected: unknown-key</dd>");
  });

  it("SEC-06 rejects a weak secret and never shows it", async () => {
    const page = await tryScenario("weak-secret", "check", { secret: "correct horse" });
    expect(page).toContain("WEAK_SECRET: ");
    expect(page).not.toContain("correct horse");
  });

  it("SEC-04 rejects a made-up id before it queries the store", async () => {
    for (const value of ["../../etc/passwd", "123", "' OR 1=1 --"]) {
      const page = await tryScenario("forged-id", "send", { value });
      expect(page).toContain("<dd>is a new visitor</dd>");
      expect(page).toContain("<dd>malformed</dd>");
      expect(page).toContain("<dd>was not queried</dd>");
    }
    expect(await tryScenario("forged-id", "send", { value: "A".repeat(43) })).toContain("<dd>not-found</dd>");
  });
});
