import { fakeClock } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios } from "../src/scenarios/scenario-list.ts";
import { isCookieKind } from "../src/sessions/storage-kind.ts";
import { submitFrom, textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("the scenarios, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
  });
  afterAll(() => shop.close());

  /** What the page shows after its form was sent. */
  async function found(slug: string, action: string, fields: Record<string, string> = {}): Promise<string> {
    return (await shop.visitor().submit(`/scenarios/${slug}/${action}`, fields)).text();
  }

  it("are listed, and each has a page with its lines and something to try", async () => {
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

  it("nested changes are kept", async () => {
    const visitor = shop.visitor();
    await visitor.submit("/scenarios/nested-changes/push", { wish: "a hat" });
    await visitor.submit("/scenarios/nested-changes/push", { wish: "a coat" });
    expect(await textOf(visitor, "/scenarios/nested-changes")).toContain("In the session: a hat, a coat");
  });

  it("ten at once count ten by update, and one by set; in a cookie one either way", async () => {
    const page = await found("counter", "count");
    expect(page).toMatch(/with set<\/dt><dd>counted 1</);
    expect(page).toMatch(new RegExp(`with update</dt><dd>counted ${isCookieKind(kind) ? 1 : 10}<`));
  });

  it("flash messages have categories, and are shown once", async () => {
    const visitor = shop.visitor();
    const page = await (await visitor.submit("/scenarios/flash/both", {})).text();
    expect(page).toContain('<p class="message notice" role="status">Your coat was taken</p>');
    expect(page).toContain('<p class="message error" role="alert">There is no hook left for the hat</p>');
    expect(await textOf(visitor, "/scenarios/flash")).not.toContain('class="message');
  });

  it("a persistent session has Max-Age, another has not", async () => {
    const visitor = shop.visitor();
    const keep = await visitor.fetch("/scenarios/persistent/keep", { method: "POST" });
    expect(keep.headers.get("Set-Cookie")).toContain("Max-Age=");
    expect(await textOf(visitor, "/scenarios/persistent")).toMatch(/outlives the browser[\s\S]*Max-Age=/);
    const drop = await visitor.fetch("/scenarios/persistent/drop", { method: "POST" });
    expect(drop.headers.get("Set-Cookie")).not.toContain("Max-Age=");
    expect(await textOf(visitor, "/scenarios/persistent")).toContain("ends with the browser");
  });

  it("SEC-20 SEC-21 the short session ends when it is idle, and after a minute anyhow", async () => {
    const clock = fakeClock(Date.now());
    const later = await open(kind, clock.now);
    const visitor = later.visitor();
    const look = () => textOf(visitor, "/scenarios/timeouts");
    await visitor.submit("/scenarios/timeouts/begin", {});
    for (let second = 14; second < 60; second += 14) {
      clock.advance(14);
      expect(await look()).toContain(`It is ${second} seconds old`);
    }
    clock.advance(5);
    expect(await look()).toContain("There is no such session");
    await visitor.submit("/scenarios/timeouts/begin", {});
    clock.advance(15);
    expect(await look()).toContain("There is no such session");
    later.close();
  });

  it("SEC-05 a login changes the id, and the old cookie is a stranger's", async () => {
    const page = await found("new-id", "login");
    const [before, after] = [...page.matchAll(/<dd>([\w-]{8})…<\/dd>/g)].map(([, id]) => id);
    expect(before).toBeDefined();
    expect(after).not.toBe(before);
    expect(page).toContain("<dd>is a stranger</dd>");
  });

  it("SEC-23 a logout wins over a slow request", async () => {
    const page = await found("logout-wins", "race");
    expect(page).toContain("finished; 1 write dropped");
    expect(page).toContain("<dd>set no cookie</dd>");
    expect(page).toContain("<dd>belongs to nobody</dd>");
  });

  it("SEC-24 all but one are logged out everywhere", async () => {
    const page = await found("everywhere", "leave");
    expect(page).toMatch(/laptop<\/dt><dd>still logged in<.*phone<\/dt><dd>logged out<.*library<\/dt><dd>logged out</);
  });

  it("SEC-51 a form without its token, or with another one, is refused", async () => {
    const visitor = shop.visitor();
    const page = await submitFrom(visitor, "/scenarios/csrf", "/scenarios/csrf/send");
    expect(await page.text()).toContain("<dd>was let through</dd>");
    for (const fields of [{}, { csrf_token: "A".repeat(86) }] as Record<string, string>[]) {
      const refused = await visitor.submit("/scenarios/csrf/send", fields);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain("This form is out of date");
    }
  });

  it("SEC-33 what does not fit into a cookie is refused, and fits on the server", async () => {
    expect(await found("cookie-size", "fill", { kilobytes: "2" })).toMatch(/fits: the cookie has \d+ bytes/);
    const large = await found("cookie-size", "fill", { kilobytes: "4" });
    expect(large).toContain(isCookieKind(kind) ? "SESSION_TOO_LARGE: " : "fits: the cookie has ");
  });

  it("SEC-14 a new secret logs nobody out", async () => {
    const page = await found("key-rotation", "rotate");
    expect(page).toContain("<dd>eve is logged in, and gets a new cookie</dd>");
    expect(page).toContain("<dd>eve is logged in</dd>");
    expect(page).toContain("<dd>refused: unknown-key</dd>");
  });

  it("SEC-06 a weak secret is refused, and never shown", async () => {
    const page = await found("weak-secret", "check", { secret: "correct horse" });
    expect(page).toContain("WEAK_SECRET: ");
    expect(page).not.toContain("correct horse");
  });

  it("SEC-04 an id that somebody made up is refused before the store is asked", async () => {
    for (const value of ["../../etc/passwd", "123", "' OR 1=1 --"]) {
      const page = await found("forged-id", "send", { value });
      expect(page).toContain("<dd>is a stranger</dd>");
      expect(page).toContain("<dd>malformed</dd>");
      expect(page).toContain("<dd>was not asked</dd>");
    }
    expect(await found("forged-id", "send", { value: "A".repeat(43) })).toContain("<dd>not-found</dd>");
  });
});
