import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startOrSkip } from "@coatcheck/engines";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eve } from "../demo-users.ts";
import { type ServedShop, shopOpener } from "../shop-in-process.ts";
import { closePages, newPerson, type Person, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";

const chromium = await startOrSkip("other origins in a browser", startChromium);
const { serve } = await shopOpener();

/** Serves a page that attacks the shop in the way that its query names. */
let attacker: Server;
let attackerPort = 0;
let shop: ServedShop;

beforeAll(async () => {
  shop = await serve("sqlite");
  attacker = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://attacker");
    response.setHeader("Content-Type", "text/html");
    response.end(attackPage(searchParams.get("by") ?? "", shop.url));
  });
  await once(attacker.listen(0), "listening");
  attackerPort = (attacker.address() as AddressInfo).port;
});
afterEach(() => closePages(chromium));
afterAll(async () => {
  attacker?.close();
  shop?.close();
  await chromium?.close();
});

function attackPage(by: string, url: string): string {
  const action = `${url}/add_to_cart`;
  if (by === "form") {
    return `<form method="post" action="${action}"><input name="item" value="stolen"></form><script>document.forms[0].submit()</script>`;
  }
  if (by === "fetch") {
    return `<script>fetch("${action}", { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({ item: "stolen" }) }).finally(() => { document.title = "done"; })</script>`;
  }
  return `<a href="${url}/dashboard">To the shop</a>`;
}

/** The attacker is on another site, or on another port of the same site, which receives the shop's cookies. */
const hosts = { "another site": "127.0.0.1", "another origin of the same site": "localhost" };

describe.skipIf(chromium === undefined).each(Object.entries(hosts))("page of %s", (_, host) => {
  const attack = (by: string) => `http://${host}:${attackerPort}/?by=${by}`;

  async function loggedIn(): Promise<Person> {
    const person = await newPerson(chromium, shop.url);
    await person.page.goto("/login");
    await submit(person.page, "/login", eve);
    return person;
  }

  it("SEC-50 cannot send a form to the shop, by itself or from a script", async () => {
    const { page } = await loggedIn();
    await page.goto(attack("form"));
    await page.waitForURL(`${shop.url}/add_to_cart`);
    await page.goto(attack("fetch"));
    // The script cannot see how the shop has answered.
    await page.waitForFunction('document.title === "done"');
    await page.goto("/view_cart");
    expect(await page.textContent("main")).toContain("Cart: []");
  });

  it("can link to the shop, and the user is still logged in there", async () => {
    const { page } = await loggedIn();
    await page.goto(attack("link"));
    await page.click("a");
    await page.waitForURL(`${shop.url}/dashboard`);
    expect(await page.textContent("main")).toContain("Welcome, Eve");
  });
});
