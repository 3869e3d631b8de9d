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

const visitor = (): Browser => browser({ origin: worker.url });

async function login(user: string): Promise<Browser> {
  const somebody = visitor();
  await somebody.submit("/login", { user, password: "secure123" });
  return somebody;
}

async function see(somebody: Browser): Promise<unknown> {
  return (await somebody.visit("/")).json();
}

const nobody = { user: null, items: 0, devices: 0 };

describe("sessions in Durable Objects", () => {
  it("answer what the README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), worker.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("keep the cart over a login, under a new id", async () => {
    const eve = visitor();
    await eve.submit("/cart", {});
    const before = await eve.clone();
    await eve.submit("/login", { user: "eve", password: "secure123" });
    expect(await see(eve)).toEqual({ user: "eve", items: 1, devices: 1 });
    expect((await eve.cookieHeader()) === (await before.cookieHeader())).toBe(false);
    expect(await see(before)).toEqual(nobody);
    await eve.submit("/logout-everywhere", {});
  });

  it("do not start with a wrong password", async () => {
    const thief = visitor();
    expect((await thief.submit("/login", { user: "eve", password: "wrong" })).status).toBe(401);
    expect(await thief.cookieHeader()).toBe("");
  });

  it("count 20 items that are put into the cart at the same time", async () => {
    const somebody = visitor();
    await somebody.submit("/cart", {});
    const statuses = Array.from({ length: 20 }, async () => (await somebody.fetch("/cart", { method: "POST" })).status);
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([303]));
    expect(await see(somebody)).toMatchObject({ items: 21 });
  });

  it("end at a logout, for a copy of the cookie too", async () => {
    const eve = await login("eve");
    const thief = await eve.clone();
    expect(await see(thief)).toMatchObject({ user: "eve" });
    const page = await eve.submit("/logout", {});
    expect(await page.json()).toEqual(nobody);
    expect(await eve.cookieHeader()).toBe("");
    expect(await see(thief)).toEqual(nobody);
  });

  it("end everywhere for one user, and for no other", async () => {
    const [laptop, phone, adam] = [await login("eve"), await login("eve"), await login("adam")];
    expect(await see(phone)).toEqual({ user: "eve", items: 0, devices: 2 });
    expect(await see(adam)).toEqual({ user: "adam", items: 0, devices: 1 });
    const page = await laptop.submit("/logout-everywhere", {});
    expect(await page.json()).toEqual(nobody);
    expect(await see(phone)).toEqual(nobody);
    expect(await see(adam)).toEqual({ user: "adam", items: 0, devices: 1 });
  });

  it("come with a cookie that scripts, plain http and other sites do not get", async () => {
    const [cookie = "", ...others] = (await visitor().fetch("/cart", { method: "POST" })).headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
  });
});
