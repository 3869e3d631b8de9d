import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startOrSkip } from "@coatcheck/engines";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eve } from "../page-forms.ts";
import { type Shop, startShop } from "../shop-process.ts";
import { newPerson, type Person, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";

const chromium = await startOrSkip("other origins in a browser", startChromium);

/** Serves one page, which does to the shop what its query says. */
let attacker: Server;
let attackerPort = 0;
let shop: Shop;

beforeAll(async () => {
  if (chromium === undefined) return;
  shop = await startShop({ MODE: "sqlite" });
  attacker = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://attacker");
    response.setHeader("Content-Type", "text/html");
    response.end(attackOf(searchParams.get("by") ?? "", shop.url));
  });
  await once(attacker.listen(0), "listening");
  attackerPort = (attacker.address() as AddressInfo).port;
});
afterAll(async () => {
  attacker?.close();
  await shop?.stop();
  await chromium?.close();
});

function attackOf(by: string, url: string): string {
  const action = `${url}/add_to_cart`;
  if (by === "form") {
    return `<form method="post" action="${action}"><input name="item" value="stolen"></form><script>document.forms[0].submit()</script>`;
  }
  if (by === "fetch") {
    return `<script>fetch("${action}", { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({ item: "stolen" }) }).finally(() => { document.title = "done"; })</script>`;
  }
  return `<a href="${url}/dashboard">To the shop</a>`;
}

/** What stands between a victim and the attacker: another site, or another port of the same one, to which cookies go. */
const hosts = { "another site": "127.0.0.1", "another origin of the same site": "localhost" };

describe.skipIf(chromium === undefined).each(Object.entries(hosts))("%s", (_, host) => {
  const attack = (by: string) => `http://${host}:${attackerPort}/?by=${by}`;

  async function loggedIn(): Promise<Person> {
    const person = await newPerson(chromium, shop.url);
    await person.page.goto("/login");
    await submit(person.page, "/login", eve);
    return person;
  }

  it("SEC-50 cannot send a form of the shop", async () => {
    const { page } = await loggedIn();
    await page.goto(attack("form"));
    await page.waitForURL(`${shop.url}/add_to_cart`);
    await page.goto("/view_cart");
    expect(await page.textContent("main")).toContain("Cart: []");
  });

  it("SEC-50 cannot send a request by a script", async () => {
    const { page } = await loggedIn();
    await page.goto(attack("fetch"));
    // However it was answered: a page of another origin is not told.
    await page.waitForFunction('document.title === "done"');
    await page.goto("/view_cart");
    expect(await page.textContent("main")).toContain("Cart: []");
  });

  it("can link to the shop, where people are still logged in", async () => {
    const { page } = await loggedIn();
    await page.goto(attack("link"));
    await page.click("a");
    await page.waitForURL(`${shop.url}/dashboard`);
    expect(await page.textContent("main")).toContain("Welcome, Eve");
  });
});
