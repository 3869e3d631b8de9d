import { memoryStore, serverSide } from "@coatcheck/core";
import { type SessionInspectorOptions, sessionInspector } from "@coatcheck/inspector";
import { describe, expect, it } from "vitest";

function visit(url: string, init: RequestInit = {}, options: SessionInspectorOptions = {}): Promise<Response> {
  return sessionInspector({ mode: serverSide(memoryStore()) }, options).fetch(new Request(url, init));
}

const LOCAL = "http://localhost:3000/inspector";

describe("without a guard, the inspector", () => {
  for (const [host, status] of [
    ["localhost", 200],
    ["LOCALHOST:8787", 200],
    ["shop.localhost", 200],
    ["127.0.0.1:3000", 200],
    ["127.1", 200],
    ["127.255.0.9", 200],
    ["0x7f000001", 200],
    ["[::1]:3000", 200],
    ["[0:0:0:0:0:0:0:1]", 200],
    ["shop.example", 403],
    ["localhost.shop.example", 403],
    ["notlocalhost", 403],
    ["127.0.0.1.shop.example", 403],
    ["128.0.0.1", 403],
    ["10.0.0.7", 403],
    ["192.168.1.4:3000", 403],
    ["0.0.0.0", 403],
    ["[::]", 403],
    ["[::2]", 403],
    ["[::ffff:10.0.0.7]", 403],
    ["localhost@shop.example", 403],
  ] as const) {
    it(`answers ${host} with ${status}`, async () => {
      // The Request constructor rejects a URL with a user name.
      const url = `http://${host}/inspector`;
      const response = host.includes("@")
        ? await sessionInspector({ mode: serverSide(memoryStore()) }).fetch({
            url,
            method: "GET",
            headers: new Headers(),
          } as Request)
        : await visit(url);
      expect(response.status).toBe(status);
      if (status === 403) expect(await response.text()).toContain("give sessionInspector a guard");
    });
  }

  for (const [header, value] of [
    ["Forwarded", "for=10.0.0.7"],
    ["X-Forwarded-For", "127.0.0.1"],
    ["X-Forwarded-Host", "localhost"],
    ["X-Forwarded-Proto", "https"],
    ["Via", "1.1 proxy"],
    ["CF-Connecting-IP", "10.0.0.7"],
    ["CF-Connecting-IPv6", "::1"],
    ["X-Real-IP", "10.0.0.7"],
    ["True-Client-IP", "10.0.0.7"],
    ["Fly-Client-IP", "10.0.0.7"],
    ["Fastly-Client-IP", "10.0.0.7"],
    ["CDN-Loop", "cloudflare"],
  ] as const) {
    it(`denies a request that came through a proxy: ${header}`, async () => {
      const response = await visit(LOCAL, { headers: { [header]: value } });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain(`through a proxy (${header.toLowerCase()})`);
    });
  }
});

describe("with wrangler dev, the inspector", () => {
  for (const [address, status] of [
    ["127.0.0.1", 200],
    ["::1", 200],
    ["127.0.0.1, 10.0.0.7", 403],
    ["127.0.0.1.example", 403],
    ["192.168.1.4", 403],
  ] as const) {
    it(`answers a request from ${address} with ${status}`, async () => {
      expect((await visit(LOCAL, { headers: { "CF-Connecting-IP": address } })).status).toBe(status);
      expect((await visit("http://shop.example/", { headers: { "CF-Connecting-IP": address } })).status).toBe(403);
    });
  }
});

describe("a guard", () => {
  it("decides alone, on any host and behind any proxy", async () => {
    const headers = { "X-Forwarded-For": "10.0.0.7" };
    const guard = (request: Request) => request.headers.get("Authorization") === "Bearer x";
    const admitted = await visit(
      "https://shop.example/inspector",
      { headers: { ...headers, Authorization: "Bearer x" } },
      { guard },
    );
    expect(admitted.status).toBe(200);
    expect((await visit("https://shop.example/inspector", { headers }, { guard })).status).toBe(403);
    expect((await visit(LOCAL, {}, { guard })).status).toBe(403);
  });

  it("may be asynchronous, and has to return true itself", async () => {
    expect((await visit(LOCAL, {}, { guard: async () => true })).status).toBe(200);
    expect((await visit(LOCAL, {}, { guard: async () => false })).status).toBe(403);
    const truthy = { guard: (() => "no") as unknown as () => boolean };
    expect((await visit(LOCAL, {}, truthy)).status).toBe(403);
  });

  it("denies access if it throws", async () => {
    const guard = () => Promise.reject(new Error("no database"));
    await expect(visit(LOCAL, {}, { guard })).rejects.toThrow("no database");
  });
});

describe("a request", () => {
  for (const options of [{}, { guard: () => true }]) {
    const guarding = "guard" in options ? "with a guard" : "without a guard";
    for (const [site, status] of [
      ["none", 200],
      ["same-origin", 200],
      ["same-site", 403],
      ["cross-site", 403],
    ] as const) {
      it(`with Sec-Fetch-Site: ${site} is answered with ${status} ${guarding}`, async () => {
        expect((await visit(LOCAL, { headers: { "Sec-Fetch-Site": site } }, options)).status).toBe(status);
        const events = await visit(`${LOCAL}?events`, { headers: { "Sec-Fetch-Site": site } }, options);
        expect(events.status).toBe(status);
        await events.body?.cancel();
      });
    }
  }

  it("must be a GET request", async () => {
    for (const method of ["POST", "HEAD", "OPTIONS", "DELETE"]) {
      const response = await visit(LOCAL, { method }, { guard: () => true });
      expect(response.status).toBe(405);
      expect(response.headers.get("Allow")).toBe("GET");
    }
  });
});

describe("the response headers", () => {
  it("keep the page out of caches and frames, and allow only its own style and script", async () => {
    const response = await visit(LOCAL);
    const [, nonce = ""] =
      /script-src 'nonce-([^']+)'/.exec(response.headers.get("Content-Security-Policy") ?? "") ?? [];
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      vary: "Cookie",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    });
    const page = await response.text();
    expect(page.match(/<(script|style)\b[^>]*>/g)).toEqual([`<style nonce="${nonce}">`, `<script nonce="${nonce}">`]);
    expect(page).not.toMatch(/https?:\/\/|\son\w+=|\sstyle=/);
    const other = await visit(LOCAL);
    expect(other.headers.get("Content-Security-Policy")?.includes(nonce)).toBe(false);
  });

  it("are the same for denials and for the event stream", async () => {
    const stream = await visit(`${LOCAL}?events`);
    await stream.body?.cancel();
    for (const response of [stream, await visit("http://shop.example/"), await visit(LOCAL, { method: "POST" })]) {
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(response.headers.get("Vary")).toBe("Cookie");
    }
  });
});
