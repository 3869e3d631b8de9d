import { encryptedCookie, memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { cookieValueOf, requestWith, secret, visitor } from "@coatcheck/test-support";
import { fakeClock, sessionTransaction } from "@coatcheck/testing";
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bytesOf, decode, ENCRYPTED, SEALS, setUp } from "./seals.ts";

const DAY = 24 * 3600;

afterEach(() => {
  vi.restoreAllMocks();
});

for (const seal of SEALS) {
  describe(`a token of the ${seal.name}`, () => {
    it("is compatible with a JOSE library in both directions, by RFC 7515 and RFC 7516", async () => {
      const { token, key, header, payload, send } = await setUp(seal);
      const protectedHeader = JSON.parse(header);
      if (seal.operation === "sign") {
        const opened = await compactVerify(token, key, { algorithms: ["HS256"] });
        expect(opened).toEqual({ payload, protectedHeader });
        expect(await send(await new CompactSign(payload).setProtectedHeader(protectedHeader).sign(key))).toBe(
          "accepted",
        );
      } else {
        const opened = await compactDecrypt(token, key);
        expect(opened).toEqual({ plaintext: payload, protectedHeader });
        expect(await send(await new CompactEncrypt(payload).setProtectedHeader(protectedHeader).encrypt(key))).toBe(
          "accepted",
        );
      }
    });

    it("SEC-15 is sealed with a key that cannot be exported", async () => {
      const { key } = await setUp(seal);
      expect(key.extractable).toBe(false);
    });

    it("SEC-12 is accepted until the last millisecond of the idle timeout, and rejected afterwards", async () => {
      const clock = fakeClock();
      const { token, send } = await setUp(seal, { now: clock.now });
      const start = clock.now();
      for (const [at, outcome] of [
        [DAY * 1000 - 1, "accepted, 1 cookies"],
        [DAY * 1000, "rejected, expired"],
        [DAY * 1000 + 1, "rejected, expired"],
        [400 * DAY * 1000, "rejected, expired"],
      ] as const) {
        clock.set(start + at);
        expect(await send(token), `after ${at} ms`).toBe(outcome);
      }
    });

    it("SEC-12 SEC-21 is accepted until the last millisecond of the absolute timeout, and rejected afterwards", async () => {
      const clock = fakeClock();
      const lifetime = { idle: 40 * DAY, absolute: 30 * DAY };
      const { token, send } = await setUp(seal, { now: clock.now, lifetime });
      const start = clock.now();
      clock.set(start + 30 * DAY * 1000 - 1);
      expect(await send(token)).toBe("accepted");
      clock.set(start + 30 * DAY * 1000);
      expect(await send(token)).toBe("rejected, expired");
    });

    it("SEC-12 expires as issued, although a newer token extends the session", async () => {
      const clock = fakeClock();
      const { token, send, visit } = await setUp(seal, { now: clock.now });
      clock.advance(DAY / 2);
      const { cookies } = await visit((session) => session.get("theme"));
      const extended = cookieValueOf(cookies[0]);
      clock.advance(DAY / 2);
      expect(await send(token)).toBe("rejected, expired");
      expect(await send(extended)).toMatch(/^accepted/);
    });

    // Only a holder of the secret can make such a token: a tool, or another version of this library. If it caused an
    // exception, its visitor would be locked out until the cookie expires.
    it("starts a new session when it is valid but its content is not a session", async () => {
      const { header, payload, key, send } = await setUp(seal);
      const claims: Record<string, unknown> = JSON.parse(new TextDecoder().decode(payload));
      const payloads: Record<string, string> = {
        "an empty text": "",
        "not JSON": "{",
        null: "null",
        "a number": "42",
        "a text": '"session"',
        "an array": "[]",
        "an empty object": "{}",
        "no content": JSON.stringify({ ...claims, c: undefined }),
        "null as content": JSON.stringify({ ...claims, c: null }),
        "no expiry": JSON.stringify({ ...claims, exp: undefined }),
        "a text as expiry": JSON.stringify({ ...claims, exp: "never" }),
        "no creation time": JSON.stringify({ ...claims, crt: undefined }),
      };
      const outcomes: Record<string, string> = {};
      for (const [title, other] of Object.entries(payloads)) {
        const token = await seal.forge(header, bytesOf(other), key);
        outcomes[title] = await send(token).catch((error: unknown) => String(error).split(":")[0] ?? "");
      }
      const wrong = Object.entries(outcomes).filter(([, outcome]) => !/^rejected, [a-z-]+$/.test(outcome));
      expect(Object.fromEntries(wrong)).toEqual({});
    });

    it("SEC-16 is rejected without any crypto when it is too large", async () => {
      for (const chunks of [1, 4]) {
        const secrets = secret();
        const { token } = await setUp(seal, {}, secrets);
        const unprimed = await setUp(seal, { mode: seal.mode({ secrets, chunks }) }, secrets);
        const middle = token.lastIndexOf(".");
        const inflate = (size: number) => token.slice(0, middle) + "A".repeat(size) + token.slice(middle);
        const spies = (["verify", "decrypt", "importKey", "deriveKey", "deriveBits", "digest"] as const).map((name) =>
          vi.spyOn(crypto.subtle, name),
        );
        expect(await unprimed.send(inflate(1_000_000))).toBe("rejected, malformed");
        expect(await unprimed.send(inflate(4096 * chunks))).toBe("rejected, malformed");
        const parts = Array.from(
          { length: chunks - 1 },
          (_, index) => `__Host-session.${index + 1}=${"A".repeat(8192)}`,
        );
        const spread = [`__Host-session=${chunks}~${inflate(4096)}`, ...parts].join("; ");
        expect(await unprimed.send("", spread)).toBe("rejected, malformed");
        expect(spies.reduce((calls, spy) => calls + spy.mock.calls.length, 0)).toBe(0);
        vi.restoreAllMocks();
      }
    });

    it("SEC-16 is rejected when it is a million dots", async () => {
      const { send } = await setUp(seal);
      expect(await send(".".repeat(1_000_000))).toBe("rejected, malformed");
    });
  });
}

describe("encryptedCookie", () => {
  it("SEC-15 hides keys, values, flash messages and subject, which signedCookie shows", async () => {
    const needles = ["diagnosis", "hypertension", "notice", "we-know-it", "patient-4711"];
    for (const seal of SEALS) {
      const { client, visit } = visitor(new SessionManager({ mode: seal.mode({ secrets: secret() }) }));
      await visit((session) => {
        session.set("diagnosis", { main: "hypertension" });
        session.flash("notice", "we-know-it");
        session.bind("patient-4711");
      });
      const cookie = await client.cookieHeader();
      const binary = (text: string) => String.fromCharCode(...decode(text.length % 4 === 1 ? text.slice(1) : text));
      // Also at each of the four alignments of base64.
      const token = cookie.slice(cookie.indexOf("=") + 1);
      const shifted = [0, 1, 2, 3].map((by) => binary(token.replaceAll(".", "").slice(by)));
      const readable = [cookie, decodeURIComponent(cookie), ...token.split(".").map(binary), ...shifted].join("\n");
      const found = needles.filter((needle) => readable.includes(needle));
      expect(found, seal.name).toEqual(seal === ENCRYPTED ? [] : needles);
    }
  });

  it("SEC-15 uses another nonce for each of 100 tokens with the same content", async () => {
    const sessions = new SessionManager({ mode: encryptedCookie({ secrets: secret() }), now: () => 0 });
    const nonces = new Set<string | undefined>();
    for (let count = 0; count < 100; count++) {
      const cookie = await sessionTransaction(sessions, (session) => session.set("a", 1));
      nonces.add(cookie.split(".")[2]);
    }
    expect(nonces.size).toBe(100);
  });
});

describe("a cookie that an earlier version has issued", () => {
  // A changed key, key id or format would log out every user on the day of the update.
  const ISSUED_AT = 1_800_000_000_000;
  const secrets = "3f9Xq7LwZr2Vb8Tn5KcYd1HsJm6PgUe4";
  const id = "JsAbbQ1k6quacbDhctl1ZRbr6ulYr2ngEuLQqyKZ5C8";
  const issued = {
    "signed cookie": {
      mode: signedCookie({ secrets }),
      token: [
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IklxV1BZWHFvIn0",
        "eyJpZCI6IkpuSmlubThFbVJMR216WjBmc083RHciLCJ2IjoxLCJpYXQiOjE4MDAwMDAwMDAwMDAsImV4cCI6MTgwMDA4NjQwMDAwMCwiY3J0IjoxODAwMDAwMDAwMDAwLCJjIjp7ImQiOnsidGhlbWUiOiJkYXJrIn19fQ",
        "LHEXVqKhzXBj0f9HID6sG0pDEPkge4qmlsrTqADSEiM",
      ].join("."),
    },
    "encrypted cookie": {
      mode: encryptedCookie({ secrets }),
      token: [
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoicWFBZUR5amUifQ",
        "",
        "aNZNC2TLPspojyfO",
        "q8Oo4X8qbw94BIWyvqFs8gB71DvfFLXNsMlg3egftVBTjyJazWOnkOG90MoujuNqkZMC2XRWeqIUDTEG9Zh3_CV5c4qcyupofNTBwm5x98WsS4dSrV221gMJkWgOPGyqJAheBfXVCkHPksHbvKkzefnR7alw5qnY6qyT5w",
        "BG4_y6onIaERhaM2TbxXpQ",
      ].join("."),
    },
    "signed id": {
      mode: serverSide(
        {
          ...memoryStore(),
          load: async () => ({
            data: '{"d":{"theme":"dark"}}',
            version: 1,
            createdAt: ISSUED_AT,
            expiresAt: ISSUED_AT + DAY * 1000,
          }),
        },
        { secrets },
      ),
      token: [id, "QeYJTNYw", "kxEbW1yO3ZyS5hjMvQxfv-3GPNr_K5hA3ZhtZjpEYMU"].join("."),
    },
  };
  for (const [name, { mode, token }] of Object.entries(issued)) {
    it(`is accepted and not re-issued, ${name}`, async () => {
      const sessions = new SessionManager({ mode, now: () => ISSUED_AT + 1000 });
      const response = await sessions.handle(requestWith(`__Host-session=${token}`), async (pending) =>
        Response.json(Object.fromEntries((await pending).entries())),
      );
      expect(await response.json()).toEqual({ theme: "dark" });
      expect(response.headers.getSetCookie()).toEqual([]);
    });
  }
});
