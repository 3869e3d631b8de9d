import { encryptedCookie, memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { joinChunks, readCookie } from "@coatcheck/inspector/cookie";
import { secret } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

type Mode = ReturnType<typeof serverSide>;

/** The values of the cookies of a logged-in session, in the order of their names, and its id. */
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

describe("readCookie", () => {
  it("reads all of a signed cookie", async () => {
    const { values, id } = await issue(signedCookie({ secrets: secret() }), "hello");
    expect(await readCookie(values[0] ?? "")).toEqual({
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
      content: { d: { text: "hello" } },
    });
  });

  it("reads the header of an encrypted cookie", async () => {
    const { values } = await issue(encryptedCookie({ secrets: secret() }), "hello");
    const anatomy = await readCookie(values[0] ?? "");
    expect(anatomy).toEqual({
      form: "encrypted",
      kid: expect.stringMatching(/^[\w-]{8}$/),
      ciphertextLength: values[0]?.split(".")[3]?.length,
    });
  });

  it("finds the key in the store for an id, signed or not", async () => {
    const plain = await issue(serverSide(memoryStore()));
    expect(await readCookie(plain.values[0] ?? "")).toEqual({ form: "id", kid: undefined, storeKey: plain.id });
    const signed = await issue(serverSide(memoryStore(), { secrets: secret() }));
    const anatomy = await readCookie(signed.values[0] ?? "");
    expect(anatomy).toEqual({ form: "id", kid: expect.stringMatching(/^[\w-]{8}$/), storeKey: signed.id });
  });

  for (const [what, value] of [
    ["nothing", ""],
    ["text", "hello"],
    ["dots", "...."],
    ["a header that is no JSON", "bm8.bm8.bm8"],
    ["a header that is null", "bnVsbA.bm8.bm8"],
    ["base64url that cannot be", "a.a.a"],
    ["other characters", "é.ü.%"],
    ["an unsigned token", `${btoa('{"alg":"none"}').replaceAll("=", "")}.e30.`],
    ["an encrypted token of another kind", `${btoa('{"alg":"dir","enc":"A128GCM"}').replaceAll("=", "")}....`],
    ["an id, and something after it", `${"A".repeat(43)}.x`],
    ["an id with a spare bit set", `${"A".repeat(42)}B`],
  ] as const) {
    it(`knows nothing of ${what}`, async () => {
      expect(await readCookie(value)).toEqual({ form: "unknown" });
    });
  }

  it("takes somebody else's token for no id, though its header be as long as one", async () => {
    const header = btoa('{"alg":"HS512","t":"abcdefghij"}').replaceAll("=", "");
    expect(header).toHaveLength(43);
    expect((await readCookie(`${header}.e30.${"A".repeat(43)}`)).form).toBe("unknown");
  });

  it("has no claims of a signed token that is not ours", async () => {
    const [header, payload] = ['{"alg":"HS256"}', '{"sub":"eve","exp":1}'].map((text) =>
      btoa(text).replaceAll("=", ""),
    );
    expect(await readCookie(`${header}.${payload}.x`)).toEqual({
      form: "signed",
      kid: undefined,
      claims: undefined,
      content: undefined,
    });
  });
});

describe("joinChunks", () => {
  it("puts a value together that was spread over several cookies", async () => {
    const { values, id } = await issue(signedCookie({ secrets: secret(), chunks: 3 }), "x".repeat(5000));
    expect(values).toHaveLength(2);
    expect(await readCookie(joinChunks(values))).toMatchObject({ form: "signed", claims: { id } });
    expect(joinChunks([...values, "left over"]) === joinChunks(values)).toBe(true);
  });

  it("leaves a single value as it is, whatever is left over beside it", () => {
    expect(joinChunks(["abc"])).toBe("abc");
    expect(joinChunks(["abc", "def"])).toBe("abc");
    expect(joinChunks([undefined, "def"])).toBe("");
    expect(joinChunks([])).toBe("");
  });
});
