import { encryptedCookie, memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { decodeCookie } from "@coatcheck/inspector/cookie";
import { secret } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

type Mode = ReturnType<typeof serverSide>;

/** Logs in, and returns the values of the cookies in the order of their names, and the id of the session. */
async function issue(mode: Mode, text = ""): Promise<{ readonly values: string[]; readonly id: string | undefined }> {
  const { now } = fakeClock();
  const sessions = new SessionManager({ mode, now });
  let id: string | undefined;
  const client = browser({
    fetch: sessions.wrap(async (request, pending) => {
      const session = await pending;
      id = session.id;
      if (request.method === "POST") {
        session.bind("eve");
        session.set("text", text);
      }
      return new Response();
    }),
  });
  await client.submit("/", {});
  await client.fetch("/");
  const cookies = (await client.cookieHeader()).split("; ").map((cookie) => cookie.split("=", 2));
  cookies.sort(([a = ""], [b = ""]) => a.length - b.length);
  return { values: cookies.map(([, value = ""]) => value), id };
}

const begin = Date.UTC(2026, 0, 1);

describe("decodeCookie", () => {
  it("decodes the header, the claims and the content of a signed cookie", async () => {
    const { values, id } = await issue(signedCookie({ secrets: secret() }), "hello");
    expect(await decodeCookie(values[0] ?? "")).toEqual({
      form: "signed",
      kid: expect.stringMatching(/^[\w-]{8}$/),
      claims: {
        id,
        version: 1,
        issuedAt: begin,
        expiresAt: begin + 24 * 3600 * 1000,
        createdAt: begin,
        subject: "eve",
        authenticatedAt: begin,
      },
      content: { data: { text: "hello" }, flash: [], persistent: false },
    });
  });

  it("decodes only the header of an encrypted cookie", async () => {
    const { values } = await issue(encryptedCookie({ secrets: secret() }), "hello");
    const decoded = await decodeCookie(values[0] ?? "");
    expect(decoded).toEqual({
      form: "encrypted",
      kid: expect.stringMatching(/^[\w-]{8}$/),
      ciphertextLength: values[0]?.split(".")[3]?.length,
    });
  });

  it("computes the store key of an id, with and without a signature", async () => {
    const plain = await issue(serverSide(memoryStore()));
    expect(await decodeCookie(plain.values[0] ?? "")).toEqual({ form: "id", kid: undefined, storeKey: plain.id });
    const signed = await issue(serverSide(memoryStore(), { secrets: secret() }));
    const decoded = await decodeCookie(signed.values[0] ?? "");
    expect(decoded).toEqual({ form: "id", kid: expect.stringMatching(/^[\w-]{8}$/), storeKey: signed.id });
  });

  for (const [what, value] of [
    ["an empty value", ""],
    ["a word", "hello"],
    ["dots", "...."],
    ["a header that is not JSON", "bm8.bm8.bm8"],
    ["a header that is null", "bnVsbA.bm8.bm8"],
    ["invalid base64url", "a.a.a"],
    ["characters outside base64url", "é.ü.%"],
    ["an unsigned token", `${btoa('{"alg":"none"}').replaceAll("=", "")}.e30.`],
    ["a token with another encryption", `${btoa('{"alg":"dir","enc":"A128GCM"}').replaceAll("=", "")}....`],
    ["an id with a suffix", `${"A".repeat(43)}.x`],
    ["an id with a spare bit set", `${"A".repeat(42)}B`],
  ] as const) {
    it(`recognizes no form in ${what}`, async () => {
      expect(await decodeCookie(value)).toEqual({ form: "unknown" });
    });
  }

  it("does not take a foreign token for an id, even if its header is as long as an id", async () => {
    const header = btoa('{"alg":"HS512","t":"abcdefghij"}').replaceAll("=", "");
    expect(header).toHaveLength(43);
    expect((await decodeCookie(`${header}.e30.${"A".repeat(43)}`)).form).toBe("unknown");
  });

  it("finds no claims in a foreign signed token", async () => {
    const [header, payload] = ['{"alg":"HS256"}', '{"sub":"eve","exp":1}'].map((text) =>
      btoa(text).replaceAll("=", ""),
    );
    expect(await decodeCookie(`${header}.${payload}.x`)).toEqual({
      form: "signed",
      kid: undefined,
      claims: undefined,
      content: undefined,
    });
  });
});
