import { wrongVisits } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret, runtimes, type Server } from "./runtimes.ts";

describe.each(Object.entries(runtimes))("the session in its cookie, on %s", (_name, start) => {
  const secret = newSecret();
  let server: Server;
  beforeAll(async () => {
    server = await start(secret);
  });
  afterAll(() => server?.stop());

  const visitor = (): Browser => browser({ origin: server.url });

  it("answers what the README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), server.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("is remembered from one request to the next, each visitor's own", async () => {
    const [one, other] = [visitor(), visitor()];
    expect(await (await one.visit("/")).json()).toEqual({ visits: 1, theme: "light" });
    const page = await one.submit("/theme", { theme: "dark" });
    expect(await page.json()).toEqual({ visits: 2, theme: "dark" });
    expect(await (await other.visit("/")).json()).toEqual({ visits: 1, theme: "light" });
  });

  it("is in a cookie that scripts, plain http and other sites do not get, and no cache keeps", async () => {
    const response = await visitor().fetch("/");
    const [cookie = "", ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("is gone when it is forgotten; a copy of the cookie stays good, since no storage knows better", async () => {
    const somebody = visitor();
    await somebody.visit("/");
    const thief = await somebody.clone();
    await somebody.submit("/forget", {});
    expect(await somebody.cookieHeader()).toBe("");
    expect(await (await thief.visit("/")).json()).toMatchObject({ visits: 2 });
  });

  it("is ignored when somebody changed it", async () => {
    const somebody = visitor();
    await somebody.visit("/");
    const [name, value = ""] = (await somebody.cookieHeader()).split("=");
    const changed = value.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    await somebody.setCookie(`${name}=${changed}; Path=/; Secure; HttpOnly; SameSite=Lax`);
    expect(await (await somebody.visit("/")).json()).toEqual({ visits: 1, theme: "light" });
  });

  it("costs nothing where nobody asks for it", async () => {
    const response = await visitor().fetch("/favicon.ico");
    expect(response.status).toBe(404);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.has("Vary")).toBe(false);
  });

  it("does not start without a secret, and says which and how to make one", async () => {
    await expect(start()).rejects.toThrow(/SESSION_SECRET is not set\. Make one: node -p/);
  });
});

describe("the session in its cookie", () => {
  it("is the same for all three: with one secret, each reads what another wrote", async () => {
    const secret = newSecret();
    const servers = await Promise.all(Object.values(runtimes).map((start) => start(secret)));
    try {
      const traveller = browser();
      for (const [index, { url }] of servers.entries()) {
        // Cookies belong to a host whatever the port.
        expect(await (await traveller.visit(url)).json()).toEqual({ visits: index + 1, theme: "light" });
      }
      expect(servers).toHaveLength(3);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
});
