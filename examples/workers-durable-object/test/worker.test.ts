import { fileURLToPath } from "node:url";
import { wrongVisits } from "@coatcheck/engines";
import { type RunningWorker, startWorker } from "@coatcheck/engines/worker";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker(fileURLToPath(new URL("..", import.meta.url)));
});
afterAll(() => worker?.stop());

const newVisitor = (): Browser => browser({ origin: worker.url });

async function login(user: string): Promise<Browser> {
  const client = newVisitor();
  await client.submit("/login", { user, password: "secure123" });
  return client;
}

async function stateOf(client: Browser): Promise<unknown> {
  return (await client.visit("/")).json();
}

const loggedOut = { user: null, items: 0, devices: 0 };

describe("examples/workers-durable-object", () => {
  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), worker.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("keeps the cart at login, under a new id", async () => {
    const eve = newVisitor();
    await eve.submit("/cart", {});
    const before = await eve.clone();
    await eve.submit("/login", { user: "eve", password: "secure123" });
    expect(await stateOf(eve)).toEqual({ user: "eve", items: 1, devices: 1 });
    expect((await eve.cookieHeader()) === (await before.cookieHeader())).toBe(false);
    expect(await stateOf(before)).toEqual(loggedOut);
    await eve.submit("/logout-everywhere", {});
  });

  it("rejects a wrong password", async () => {
    const thief = newVisitor();
    expect((await thief.submit("/login", { user: "eve", password: "wrong" })).status).toBe(401);
    expect(await thief.cookieHeader()).toBe("");
  });

  it("counts all of 20 items that are added at the same time", async () => {
    const client = newVisitor();
    await client.submit("/cart", {});
    const statuses = Array.from({ length: 20 }, async () => (await client.fetch("/cart", { method: "POST" })).status);
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([303]));
    expect(await stateOf(client)).toMatchObject({ items: 21 });
  });

  it("rejects a copy of the cookie after the logout", async () => {
    const eve = await login("eve");
    const thief = await eve.clone();
    expect(await stateOf(thief)).toMatchObject({ user: "eve" });
    const page = await eve.submit("/logout", {});
    expect(await page.json()).toEqual(loggedOut);
    expect(await eve.cookieHeader()).toBe("");
    expect(await stateOf(thief)).toEqual(loggedOut);
  });

  it("logs one user out everywhere, and no other", async () => {
    const [laptop, phone, adam] = [await login("eve"), await login("eve"), await login("adam")];
    expect(await stateOf(phone)).toEqual({ user: "eve", items: 0, devices: 2 });
    expect(await stateOf(adam)).toEqual({ user: "adam", items: 0, devices: 1 });
    const page = await laptop.submit("/logout-everywhere", {});
    expect(await page.json()).toEqual(loggedOut);
    expect(await stateOf(phone)).toEqual(loggedOut);
    expect(await stateOf(adam)).toEqual({ user: "adam", items: 0, devices: 1 });
  });

  it("sets a cookie with HttpOnly, Secure and SameSite=Lax", async () => {
    const [cookie = "", ...others] = (await newVisitor().fetch("/cart", { method: "POST" })).headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
  });
});
