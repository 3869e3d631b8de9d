import { memoryStore, serverSide } from "@coatcheck/core";
import { type SessionInspectorOptions, sessionInspector } from "@coatcheck/inspector";
import { describe, expect, it } from "vitest";

function ask(url: string, init: RequestInit = {}, options: SessionInspectorOptions = {}): Promise<Response> {
  return sessionInspector({ mode: serverSide(memoryStore()) }, options).fetch(new Request(url, init));
}

const LOCAL = "http://localhost:3000/inspector";

describe("without a guard", () => {
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
    it(`${host} is answered with ${status}`, async () => {
      // A Request with a name and a password in its URL is refused by itself.
      const url = `http://${host}/inspector`;
      const response = host.includes("@")
        ? await sessionInspector({ mode: serverSide(memoryStore()) }).fetch({
            url,
            method: "GET",
            headers: new Headers(),
          } as Request)
        : await ask(url);
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
    it(`what came through a proxy is refused: ${header}`, async () => {
      const response = await ask(LOCAL, { headers: { [header]: value } });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain(`through a proxy (${header.toLowerCase()})`);
    });
  }
});

describe("wrangler dev", () => {
  for (const [address, status] of [
    ["127.0.0.1", 200],
    ["::1", 200],
    ["127.0.0.1, 10.0.0.7", 403],
    ["127.0.0.1.example", 403],
    ["192.168.1.4", 403],
  ] as const) {
    it(`says that a request came from ${address}, which is answered with ${status}`, async () => {
      expect((await ask(LOCAL, { headers: { "CF-Connecting-IP": address } })).status).toBe(status);
      expect((await ask("http://shop.example/", { headers: { "CF-Connecting-IP": address } })).status).toBe(403);
    });
  }
});

describe("a guard", () => {
  it("decides alone, on any host and behind any proxy", async () => {
    const headers = { "X-Forwarded-For": "10.0.0.7" };
    const guard = (request: Request) => request.headers.get("Authorization") === "Bearer x";
    const admitted = await ask(
      "https://shop.example/inspector",
      { headers: { ...headers, Authorization: "Bearer x" } },
      { guard },
    );
    expect(admitted.status).toBe(200);
    expect((await ask("https://shop.example/inspector", { headers }, { guard })).status).toBe(403);
    expect((await ask(LOCAL, {}, { guard })).status).toBe(403);
  });

  it("may take its time, and has to say true", async () => {
    expect((await ask(LOCAL, {}, { guard: async () => true })).status).toBe(200);
    expect((await ask(LOCAL, {}, { guard: async () => false })).status).toBe(403);
    const truthy = { guard: (() => "no") as unknown as () => boolean };
    expect((await ask(LOCAL, {}, truthy)).status).toBe(403);
  });

  it("that fails lets nobody in", async () => {
    const guard = () => Promise.reject(new Error("no database"));
    await expect(ask(LOCAL, {}, { guard })).rejects.toThrow("no database");
  });
});

describe("whoever asks", () => {
  for (const options of [{}, { guard: () => true }]) {
    const about = "guard" in options ? "with a guard" : "without one";
    for (const [site, status] of [
      ["none", 200],
      ["same-origin", 200],
      ["same-site", 403],
      ["cross-site", 403],
    ] as const) {
      it(`from ${site}, ${about}, is answered with ${status}`, async () => {
        expect((await ask(LOCAL, { headers: { "Sec-Fetch-Site": site } }, options)).status).toBe(status);
        const events = await ask(`${LOCAL}?events`, { headers: { "Sec-Fetch-Site": site } }, options);
        expect(events.status).toBe(status);
        await events.body?.cancel();
      });
    }
  }

  it("may only GET", async () => {
    for (const method of ["POST", "HEAD", "OPTIONS", "DELETE"]) {
      const response = await ask(LOCAL, { method }, { guard: () => true });
      expect(response.status).toBe(405);
      expect(response.headers.get("Allow")).toBe("GET");
    }
  });
});

describe("the headers", () => {
  it("keep the page out of caches and frames, and everything foreign out of the page", async () => {
    const response = await ask(LOCAL);
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
    const other = await ask(LOCAL);
    expect(other.headers.get("Content-Security-Policy")?.includes(nonce)).toBe(false);
  });

  it("do so for refusals and for the stream", async () => {
    const stream = await ask(`${LOCAL}?events`);
    await stream.body?.cancel();
    for (const response of [stream, await ask("http://shop.example/"), await ask(LOCAL, { method: "POST" })]) {
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(response.headers.get("Vary")).toBe("Cookie");
    }
  });
});
