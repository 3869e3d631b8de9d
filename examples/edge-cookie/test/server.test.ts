import { wrongVisits } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret, runtimes, type Server } from "./runtimes.ts";

describe.each(Object.entries(runtimes))("edge-cookie on %s", (_name, start) => {
  const secret = newSecret();
  let server: Server;
  beforeAll(async () => {
    server = await start(secret);
  });
  afterAll(() => server?.stop());

  const visitor = (): Browser => browser({ origin: server.url });

  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), server.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("remembers each visitor from one request to the next", async () => {
    const [one, other] = [visitor(), visitor()];
    expect(await (await one.visit("/")).json()).toEqual({ visits: 1, theme: "light" });
    const page = await one.submit("/theme", { theme: "dark" });
    expect(await page.json()).toEqual({ visits: 2, theme: "dark" });
    expect(await (await other.visit("/")).json()).toEqual({ visits: 1, theme: "light" });
  });

  it("sets a cookie with HttpOnly, Secure and SameSite=Lax on a response that is not cached", async () => {
    const response = await visitor().fetch("/");
    const [cookie = "", ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("removes the cookie on /forget, while a copy of it still works, because there is no storage", async () => {
    const client = visitor();
    await client.visit("/");
    const thief = await client.clone();
    await client.submit("/forget", {});
    expect(await client.cookieHeader()).toBe("");
    expect(await (await thief.visit("/")).json()).toMatchObject({ visits: 2 });
  });

  it("ignores a changed cookie", async () => {
    const client = visitor();
    await client.visit("/");
    const [name, value = ""] = (await client.cookieHeader()).split("=");
    const changed = value.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    await client.setCookie(`${name}=${changed}; Path=/; Secure; HttpOnly; SameSite=Lax`);
    expect(await (await client.visit("/")).json()).toEqual({ visits: 1, theme: "light" });
  });

  it("adds no header to a response that does not use the session", async () => {
    const response = await visitor().fetch("/favicon.ico");
    expect(response.status).toBe(404);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.has("Vary")).toBe(false);
  });

  it("does not start without a secret, and says how to generate one", async () => {
    await expect(start()).rejects.toThrow(/SESSION_SECRET is not set\. Generate a secret with node -p/);
  });
});

describe("edge-cookie", () => {
  it("lets every runtime read the cookies of the others with the same secret", async () => {
    const secret = newSecret();
    const servers = await Promise.all(Object.values(runtimes).map((start) => start(secret)));
    try {
      const client = browser();
      for (const [index, { url }] of servers.entries()) {
        // Cookies do not depend on the port.
        expect(await (await client.visit(url)).json()).toEqual({ visits: index + 1, theme: "light" });
      }
      expect(servers).toHaveLength(3);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
});
