import { fileURLToPath } from "node:url";
import { wrongVisits } from "@coatcheck/engines";
import { type RunningWorker, startWorker } from "@coatcheck/engines/worker";
import { browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker(fileURLToPath(new URL("..", import.meta.url)));
});
afterAll(() => worker?.stop());

describe("examples/workers-kv", () => {
  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), worker.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("remembers theme and cart from one request to the next", async () => {
    const visitor = browser({ origin: worker.url });
    expect(await (await visitor.fetch("/")).json()).toEqual({ theme: "light", cart: [] });
    await visitor.submit("/theme", { theme: "dark" });
    await visitor.submit("/cart", { item: "book" });
    const page = await visitor.submit("/cart", { item: "pen" });
    expect(await page.json()).toEqual({ theme: "dark", cart: ["book", "pen"] });
  });

  it("separates visitors", async () => {
    const [one, other] = [browser({ origin: worker.url }), browser({ origin: worker.url })];
    await one.submit("/cart", { item: "book" });
    await other.submit("/cart", { item: "lamp" });
    expect(await (await one.visit("/")).json()).toEqual({ theme: "light", cart: ["book"] });
    expect(await (await other.visit("/")).json()).toEqual({ theme: "light", cart: ["lamp"] });
  });

  it("sets a cookie with HttpOnly, Secure and SameSite=Lax on a response that is not cached", async () => {
    const visitor = browser({ origin: worker.url });
    const response = await visitor.fetch("/theme", { method: "POST", body: new URLSearchParams({ theme: "dark" }) });
    const [cookie = "", ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("adds no header to a response that does not use the session", async () => {
    const response = await browser({ origin: worker.url }).fetch("/favicon.ico");
    expect(response.status).toBe(404);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.has("Vary")).toBe(false);
  });

  it("sets no cookie for a visitor who only reads or sends an invalid form", async () => {
    const visitor = browser({ origin: worker.url });
    await visitor.visit("/");
    expect((await visitor.submit("/cart", { item: "" })).status).toBe(400);
    expect(await visitor.cookieHeader()).toBe("");
  });
});
