import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { csrfProtection, csrfToken, denialResponse } from "@coatcheck/csrf";
import { modes } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { shop } from "./support/shop.ts";

const OWN = { "Sec-Fetch-Site": "same-origin" };

for (const { name, mode } of modes()) {
  describe(`csrfProtection with tokens, ${name}`, () => {
    it("accepts a token in a header, a URL-encoded form or a multipart form", async () => {
      const eve = shop(mode()).visitor();
      const token = await eve.token();
      const form = new FormData();
      form.set("csrf_token", token);
      form.set("photo", new Blob(["pixels"]), "photo.png");
      expect(await eve.send("/cart", { body: form })).toBe("done");
      expect(await eve.send("/cart", { body: new URLSearchParams({ csrf_token: token }) })).toBe("done");
      expect(await eve.send("/cart", { headers: { "X-CSRF-Token": token } })).toBe("done");
      expect(await eve.send("/cart", { method: "DELETE", headers: { "x-csrf-token": token } })).toBe("done");
      expect(await eve.send("/cart", { body: "{}", headers: { "X-CSRF-Token": token } })).toBe("done");
    });

    it("SEC-51 never reads the token from the URL or from a cookie", async () => {
      const eve = shop(mode()).visitor();
      const token = await eve.token();
      const path = `/cart?csrf_token=${token}&X-CSRF-Token=${token}#csrf_token=${token}`;
      expect(await eve.send(path)).toBe("token-missing");
      expect(await eve.send(path, { body: new URLSearchParams({ item: "book" }) })).toBe("token-missing");
      await eve.client.setCookie(`csrf_token=${token}; Secure`);
      await eve.client.setCookie(`X-CSRF-Token=${token}; Secure`);
      expect(await eve.send("/cart")).toBe("token-missing");
    });

    it("requires a token in addition to the headers, before and after a login", async () => {
      const eve = shop(mode()).visitor();
      expect(await eve.send("/login")).toBe("token-missing");
      const token = await eve.token();
      expect(await eve.send("/login")).toBe("token-missing");
      expect(await eve.submit("/login", token)).toBe("done");
      const mine = await eve.token();
      const headers = { "Sec-Fetch-Site": "cross-site", "X-CSRF-Token": mine };
      const forged = await eve.client.fetch("/pay", { method: "POST", headers });
      expect(await forged.json()).toEqual({ error: "csrf", reason: "cross-site" });
      expect(await eve.submit("/pay", mine)).toBe("done");
    });
  });
}

describe("csrfProtection with tokens", () => {
  it("does not parse a form for a request whose session has no token", async () => {
    const { fetch } = shop(serverSide(memoryStore()));
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new TextEncoder().encode("a=b&"));
        if (pulled > 100) controller.close();
      },
    });
    const headers = { ...OWN, "Content-Type": "application/x-www-form-urlencoded" };
    const request = new Request("https://localhost/cart", {
      method: "POST",
      headers,
      body,
      duplex: "half",
    } as RequestInit);
    expect(await (await fetch(request)).json()).toEqual({ error: "csrf", reason: "token-invalid" });
    // A stream may produce its first chunk before it is read.
    expect(pulled).toBeLessThanOrEqual(1);
  });

  it("finds the token in a form for any spelling of its content type, and in no other body", async () => {
    const eve = shop(serverSide(memoryStore())).visitor();
    const body = `csrf_token=${await eve.token()}`;
    const send = (type: string) => eve.send("/cart", { body, headers: { "Content-Type": type } });
    for (const type of [
      "application/x-www-form-urlencoded",
      "Application/X-WWW-Form-Urlencoded",
      "application/x-www-form-urlencoded; charset=utf-8",
      "application/x-www-form-urlencoded ;charset=UTF-8",
    ]) {
      expect(await send(type), type).toBe("done");
    }
    for (const type of ["text/plain", "application/json", "application/x-www-form-urlencoded-not", "multipart/mixed"]) {
      expect(await send(type), type).toBe("token-missing");
    }
    expect(await eve.send("/cart", { body: new Blob([body]) })).toBe("token-missing");
  });

  it("finds no token in a damaged form, a file or an empty field", async () => {
    const eve = shop(serverSide(memoryStore())).visitor();
    const token = await eve.token();
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      const headers = { "Content-Type": type };
      expect(await eve.send("/cart", { body: `csrf_token=${token}`, headers })).toBe("token-missing");
    }
    const form = new FormData();
    form.set("csrf_token", new Blob([token]), "token.txt");
    expect(await eve.send("/cart", { body: form })).toBe("token-missing");
    expect(await eve.submit("/cart", "")).toBe("token-missing");
    expect(await eve.send("/cart", { headers: { "X-CSRF-Token": "" } })).toBe("token-missing");
  });

  it("leaves the body unread for the handler", async () => {
    const sessions = new SessionManager<{ cart: string[] }, { notice: string }>({ mode: serverSide(memoryStore()) });
    const protection = csrfProtection({ tokens: true });
    const session = sessions.open(new Request("https://localhost/"));
    const form = new FormData();
    form.set("csrf_token", csrfToken(await session));
    form.set("photo", new Blob(["x".repeat(200_000)]), "photo.png");
    const request = new Request("https://localhost/", { method: "POST", headers: OWN, body: form });
    expect(await protection.check(request, session)).toEqual({ ok: true });
    expect(request.bodyUsed).toBe(false);
    const photo = (await request.formData()).get("photo");
    expect(photo instanceof Blob && (await photo.text()).length).toBe(200_000);
  });

  it("does not read the body when the header has the token, the headers deny, or it is not a form", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const protection = csrfProtection({ tokens: true });
    const session = await sessions.open(new Request("https://localhost/"));
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    const check = async (headers: Record<string, string>) => {
      const request = new Request("https://localhost/", {
        method: "POST",
        body: "a=b",
        headers: { ...type, ...headers },
      });
      await request.arrayBuffer();
      return protection.check(request, session);
    };
    expect(await check({ ...OWN, "X-CSRF-Token": csrfToken(session) })).toEqual({ ok: true });
    expect(await check({ "Sec-Fetch-Site": "cross-site" })).toEqual({ ok: false, reason: "cross-site" });
    const json = { ...OWN, "Content-Type": "application/json" };
    expect(await check(json)).toEqual({ ok: false, reason: "token-missing" });
    // It fails when the token would be in the body.
    await expect(check(OWN)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  it("throws INVALID_OPTION when the body is locked by another reader", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const session = await sessions.open(new Request("https://localhost/"));
    const body = new URLSearchParams({ csrf_token: csrfToken(session) });
    const request = new Request("https://localhost/", { method: "POST", headers: OWN, body });
    request.body?.getReader();
    const checked = csrfProtection({ tokens: true }).check(request, session);
    await expect(checked).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  it("accepts other names for header and field, and then only these", async () => {
    const eve = shop(serverSide(memoryStore()), { tokens: { header: "X-XSRF", field: "_csrf" } }).visitor();
    const token = await eve.token();
    expect(await eve.send("/cart", { headers: { "X-XSRF": token } })).toBe("done");
    expect(await eve.send("/cart", { body: new URLSearchParams({ _csrf: token }) })).toBe("done");
    expect(await eve.send("/cart", { headers: { "X-CSRF-Token": token } })).toBe("token-missing");
    expect(await eve.submit("/cart", token)).toBe("token-missing");
  });

  it("loads no session when it needs none", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const protection = csrfProtection({ tokens: true, exempt: ({ url }) => url.endsWith("/webhook") });
    const fetch = sessions.wrap(async (request, pending) => {
      const result = await protection.check(request, pending);
      return result.ok ? new Response("ok") : denialResponse(request, result);
    });
    const cookie = `__Host-session=${"A".repeat(43)}`;
    const send = async (path: string, method: string, headers: Record<string, string>) => {
      const request = new Request(`https://localhost${path}`, { method, headers: { Cookie: cookie, ...headers } });
      return (await fetch(request)).status;
    };
    expect(await send("/", "GET", {})).toBe(200);
    expect(await send("/webhook", "POST", {})).toBe(200);
    expect(await send("/", "POST", { "Sec-Fetch-Site": "cross-site" })).toBe(403);
    expect(await send("/", "POST", OWN)).toBe(403);
    expect(store.calls.load).toBe(0);
    expect(await send("/", "POST", { ...OWN, "X-CSRF-Token": "A".repeat(86) })).toBe(403);
    expect(store.calls.load).toBe(1);
  });

  it("passes no request while the store fails", async () => {
    const store = faultyStore(memoryStore());
    const { fetch, visitor } = shop(serverSide(store));
    const eve = visitor();
    const headers = { ...OWN, Cookie: "", "X-CSRF-Token": await eve.token() };
    headers.Cookie = await eve.client.cookieHeader();
    store.failNext("load", "throw-before");
    const request = new Request("https://localhost/pay", { method: "POST", headers });
    await expect(fetch(request)).rejects.toMatchObject({ code: "STORE_FAILED" });
  });

  it("throws INVALID_OPTION without a session, at the first request that needs one", async () => {
    const protection = csrfProtection({ tokens: true });
    const send = (method: string) => protection.check(new Request("https://localhost/", { method, headers: OWN }));
    expect(await send("GET")).toEqual({ ok: true });
    await expect(send("POST")).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});
