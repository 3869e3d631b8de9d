import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { cookieValues, getExtensionData, parseBase64Url, setExtensionData, toBase64Url } from "@coatcheck/core/toolkit";
import { checkToken, csrfToken } from "@coatcheck/csrf";
import { modes, modesWithSecrets, secret, visitor } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Customer, shop } from "./support/shop.ts";

for (const { name, mode } of modes()) {
  describe(`csrfToken, ${name}`, () => {
    it("works for an anonymous visitor from the first page on", async () => {
      const eve = shop(mode()).visitor();
      const token = await eve.token();
      expect(token).toMatch(/^[\w-]{86}$/);
      expect(await eve.submit("/cart", token)).toBe("done");
    });

    it("SEC-51 has a new mask each time, and every token stays valid", async () => {
      const eve = shop(mode()).visitor();
      const tokens = [];
      for (let page = 0; page < 20; page++) tokens.push(await eve.token());
      expect(new Set(tokens).size).toBe(20);
      // At no position do all tokens have the same character, as the secret itself would.
      for (let place = 0; place < 85; place++) {
        expect(new Set(tokens.map((token) => token[place])).size, `place ${place}`).toBeGreaterThan(1);
      }
      for (const token of tokens) expect(await eve.submit("/cart", token)).toBe("done");
    });

    it("SEC-51 changes at a login: earlier tokens are denied, and the one in the response is valid", async () => {
      const eve = shop(mode()).visitor();
      const before = await eve.token();
      const response = await eve.client.fetch("/login", {
        method: "POST",
        headers: { "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": before },
      });
      const { token: after } = await response.json();
      expect(await eve.submit("/pay", before)).toBe("token-invalid");
      expect(await eve.submit("/pay", after)).toBe("done");
      expect(await eve.submit("/login", after)).toBe("done");
      expect(await eve.submit("/pay", after)).toBe("token-invalid");
    });

    it("SEC-51 is invalid after a logout, and stays valid when only the session id changes", async () => {
      const eve = shop(mode()).visitor();
      const token = await eve.token();
      expect(await eve.submit("/regenerate", token)).toBe("done");
      expect(await eve.submit("/pay", token)).toBe("done");
      expect(await eve.submit("/logout", token)).toBe("done");
      expect(await eve.submit("/pay", token)).toBe("token-invalid");
      await eve.token();
      expect(await eve.submit("/pay", token)).toBe("token-invalid");
    });

    it("SEC-13 SEC-51 is denied in another session and without a session", async () => {
      const { visitor } = shop(mode());
      const [eve, grace, stranger] = [visitor(), visitor(), visitor()];
      const token = await eve.token();
      await grace.token();
      expect(await grace.submit("/pay", token)).toBe("token-invalid");
      expect(await stranger.submit("/pay", token)).toBe("token-invalid");
      expect(await eve.submit("/pay", token)).toBe("done");
    });

    it("SEC-13 is never accepted as a session cookie, nor the other way round", async () => {
      const { visitor, events } = shop(mode());
      const eve = visitor();
      const token = await eve.token();
      const cookies = cookieValues(await eve.client.cookieHeader(), "__Host-session");
      expect(cookies).toHaveLength(1);
      for (const cookie of cookies) expect(await eve.submit("/pay", cookie)).toBe("token-invalid");
      const thief = visitor();
      await thief.client.setCookie(`__Host-session=${token}; Path=/; Secure`);
      expect(await thief.submit("/pay", token)).toBe("token-invalid");
      expect(events.filter(({ type }) => type === "rejected")).toHaveLength(1);
    });

    it("denies a shortened, extended or re-spelled token, and random characters", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      const { result: token } = await visit(csrfToken);
      const { result: session } = await visit((session) => session);
      expect(checkToken(session, token)).toBe(true);
      const bare = getExtensionData(session, "csrf") as string;
      const last = token.slice(0, -1);
      // Only two bits of the last character belong to the token. Other characters would decode to the same bytes.
      const spellings = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map(
        (end) => last + end,
      );
      expect(spellings.filter((spelling) => checkToken(session, spelling))).toEqual([token]);
      const wrong = [
        "",
        bare,
        bare + bare,
        last,
        `${token}A`,
        `${token}==`,
        ` ${token}`,
        `${token}\n`,
        token.repeat(2),
      ];
      for (const guess of [...wrong, "A".repeat(86), "é".repeat(86), token.toLowerCase()]) {
        expect(checkToken(session, guess)).toBe(false);
      }
      for (const guess of [undefined, null, 7, [token], { toString: () => "" }]) {
        expect(checkToken(session, guess)).toBe(false);
      }
    });

    it("SEC-51 denies random tokens, and tokens that differ in a single bit", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      await visit(csrfToken);
      await visit((session) => {
        const bytes = fc.uint8Array({ minLength: 64, maxLength: 64 });
        fc.assert(fc.property(bytes, (guess) => !checkToken(session, toBase64Url(guess))));
        const bit = fc.integer({ min: 0, max: 511 });
        fc.assert(
          fc.property(bit, (place) => {
            const token = csrfToken(session);
            const flipped = parseBase64Url(token).map((byte, index) =>
              index === place >> 3 ? byte ^ (1 << (place & 7)) : byte,
            );
            return checkToken(session, token) && !checkToken(session, toBase64Url(flipped));
          }),
        );
      });
    });

    it("SEC-51 reveals nothing about its secret: each bit of a token is 0 as often as 1", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      await visit((session) => {
        const ones = new Array<number>(512).fill(0);
        const rounds = 1000;
        for (let round = 0; round < rounds; round++) {
          for (const [index, byte] of parseBase64Url(csrfToken(session)).entries()) {
            for (let bit = 0; bit < 8; bit++)
              ones[index * 8 + bit] = (ones[index * 8 + bit] ?? 0) + ((byte >> bit) & 1);
          }
        }
        // Seven standard deviations of 16 each. By chance it fails once in a billion runs.
        for (const count of ones) expect(Math.abs(count - rounds / 2)).toBeLessThan(7 * 16);
      });
    });

    it("ignores a damaged secret", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      const { result: token } = await visit(csrfToken);
      for (const damaged of ["", "A".repeat(42), "é".repeat(43), 7, null, []]) {
        await visit((session) => setExtensionData(session, "csrf", damaged));
        const { result } = await visit((session) => [
          checkToken(session, token),
          checkToken(session, csrfToken(session)),
        ]);
        expect(result).toEqual([false, true]);
      }
    });

    it("can be called after the commit only when the session has a secret", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const response = new Response();
      const session = await sessions.open(new Request("https://localhost/"));
      await sessions.commit(session, response);
      expect(() => csrfToken(session)).toThrow(expect.objectContaining({ code: "SESSION_COMMITTED" }));

      const other = await sessions.open(new Request("https://localhost/"));
      const token = csrfToken(other);
      await sessions.commit(other, response);
      expect(csrfToken(other)).not.toBe(token);
      expect(checkToken(other, token)).toBe(true);
    });
  });
}

for (const { name, mode } of modesWithSecrets()) {
  it(`SEC-13 csrfToken of one manager is denied by another with the same secret and store, ${name}`, async () => {
    const shared = mode(secret());
    const [front, admin] = [shop(shared), shop(shared, {}, "__Host-admin")];
    const both = front.visitor();
    const token = await both.token();
    // The same browser visits the admin area, which has its own cookie.
    const response = await admin.fetch(new Request("https://localhost/"));
    for (const line of response.headers.getSetCookie()) await both.client.setCookie(line);
    const headers = {
      Cookie: await both.client.cookieHeader(),
      "Sec-Fetch-Site": "same-origin",
      "X-CSRF-Token": token,
    };
    expect(cookieValues(headers.Cookie, "__Host-admin")).toHaveLength(1);
    const send = ({ fetch }: typeof front) => fetch(new Request("https://localhost/pay", { method: "POST", headers }));
    expect((await send(admin)).status).toBe(403);
    expect((await send(front)).status).toBe(200);
  });
}

describe("csrfToken on two pages that load at once", () => {
  it("is valid on one of the two pages of a new visitor, because each creates a session", async () => {
    const { visitor } = shop(serverSide(memoryStore()));
    const eve = visitor();
    const [first, last] = await Promise.all([eve.token("/1"), eve.token("/2")]);
    expect([await eve.submit("/pay", first), await eve.submit("/pay", last)].sort()).toEqual(["done", "token-invalid"]);
  });

  it("is valid on the page that was committed last when the session had no secret", async () => {
    const store = faultyStore(memoryStore());
    const { sessions, visitor } = shop(serverSide(store));
    const eve = visitor();
    await startSession(sessions, eve);
    const pause = store.pauseNext("update");
    const slow = eve.token();
    await pause.reached;
    const fast = await eve.token();
    expect(await eve.submit("/pay", fast)).toBe("done");
    pause.resume();
    expect(await eve.submit("/pay", await slow)).toBe("done");
    expect(await eve.submit("/pay", fast)).toBe("token-invalid");
    // Reloading the page is enough.
    expect(await eve.submit("/pay", await eve.token())).toBe("done");
  });

  it("is valid on all pages when the session had a secret", async () => {
    const { visitor } = shop(serverSide(memoryStore()));
    const eve = visitor();
    await eve.token();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => eve.token()));
    for (const token of tokens) expect(await eve.submit("/pay", token)).toBe("done");
  });
});

/** Starts a session with data and without a secret, as a page without a form does. */
async function startSession(sessions: SessionManager, { client }: Customer): Promise<void> {
  const session = await sessions.open(new Request("https://localhost/"));
  session.set("theme", "dark");
  for (const line of (await sessions.commit(session, new Response())).headers.getSetCookie())
    await client.setCookie(line);
}
