import { cookieValueOf } from "@coatcheck/test-support";
import fc from "fast-check";
import { base64url, CompactEncrypt, CompactSign, exportSPKI, generateKeyPair, UnsecuredJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bytesOf, ENCRYPTED, encrypt, SEALS, SIGNED, setUp, textOf } from "./seals.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

afterEach(() => {
  vi.restoreAllMocks();
});

for (const seal of SEALS) {
  describe(`a token of the ${seal.name} with another header`, () => {
    it("SEC-10 is rejected even with a valid signature, and never causes an exception", async () => {
      const { send, acceptedAmong, header, payload, key } = await setUp(seal);
      expect(await send(await seal.forge(header, payload, key)), "the original header").toBe("accepted");

      const forged: [string, string][] = [];
      for (const [title, other] of Object.entries(otherHeaders(header))) {
        forged.push([title, await seal.forge(other, payload, key)]);
      }
      expect(await acceptedAmong(forged)).toEqual([]);
    });

    it("SEC-10 is rejected with the signature of the original", async () => {
      const { token, acceptedAmong, header } = await setUp(seal);
      const [, ...rest] = token.split(".");
      const forged = Object.entries(otherHeaders(header)).map(
        ([title, other]) => [title, [base64url.encode(other), ...rest].join(".")] as const,
      );
      expect(await acceptedAmong(forged)).toEqual([]);
    });

    it("SEC-10 is rejected without using a key or algorithm that it names", async () => {
      const { acceptedAmong, header, payload, key } = await setUp(seal);
      const forged: [string, string][] = [];
      for (const [title, other] of Object.entries(otherHeaders(header))) {
        forged.push([title, await seal.forge(other, payload, key)]);
      }
      const spies = (["importKey", "deriveKey", "deriveBits", "verify", "decrypt", "unwrapKey"] as const).map((name) =>
        vi.spyOn(crypto.subtle, name),
      );
      const fetched = vi.spyOn(globalThis, "fetch");
      expect(await acceptedAmong(forged)).toEqual([]);
      expect(spies.reduce((calls, spy) => calls + spy.mock.calls.length, 0)).toBe(0);
      expect(fetched).not.toHaveBeenCalled();
    });

    it("SEC-10 SEC-13 is rejected with the key id of another purpose under the same secret", async () => {
      const mine = await setUp(seal);
      for (const other of SEALS) {
        const options = other === seal ? { cookie: { name: "__Host-other" } } : {};
        const theirs = await setUp(other, options, mine.secrets);
        const { kid } = JSON.parse(theirs.header);
        const header = JSON.stringify({ ...JSON.parse(mine.header), kid });
        expect(header === mine.header, "the key ids differ").toBe(false);
        expect(await mine.send(await seal.forge(header, mine.payload, mine.key))).toBe("rejected, unknown-key");
      }
    });

    it("SEC-10 is rejected before its payload is parsed when the signature is wrong", async () => {
      const { token, send } = await setUp(seal);
      const index = seal.operation === "sign" ? 1 : 3;
      const planted = base64url.encode('{"planted":"by an attacker"}');
      const parse = vi.spyOn(JSON, "parse");
      expect(await send(token.split(".").with(index, planted).join("."))).toBe("rejected, invalid-signature");
      expect(parse.mock.calls.filter(([text]) => String(text).includes("planted"))).toEqual([]);
    });
  });

  describe(`a tampered token of the ${seal.name}`, () => {
    it("SEC-11 is rejected for a flip of each single bit", async () => {
      const { token, send, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(bitFlips(token))).toEqual([]);
      expect(await send(token)).toBe("accepted");
    });

    it("SEC-11 is rejected when it is truncated at any position", async () => {
      const { token, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(truncations(token))).toEqual([]);
    });

    it("SEC-11 is rejected when characters are added", async () => {
      const { token, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(extensions(token))).toEqual([]);
    });

    it("SEC-11 is rejected in any other encoding of the same bytes", async () => {
      const { visit, acceptedAmong } = await setUp(seal);
      // Three payloads of different lengths, so that each number of unused bits occurs.
      const encodings: (readonly [string, string])[] = [];
      for (const filler of ["", "a", "ab"]) {
        const { cookies } = await visit((session) => session.set("filler", `${filler}${crypto.randomUUID()}`));
        const token = cookieValueOf(cookies[0]);
        encodings.push(...otherEncodings(token));
      }
      const inUnusedBits = encodings.filter(([title]) => title.includes("unused"));
      expect(new Set(inUnusedBits.map(([title]) => title.split(" ")[1])).size).toBeGreaterThanOrEqual(2);
      expect(await acceptedAmong(encodings)).toEqual([]);
    });

    it("SEC-11 is rejected with a segment doubled, removed, emptied, moved or replaced by another", async () => {
      const { token, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(rearrangements(token))).toEqual([]);
    });

    it("SEC-11 is rejected when any pieces of it are replaced", async () => {
      const { token, send } = await setUp(seal);
      const segments = token.split(".");
      // Segments by number, because a failing property prints its input.
      const piece = fc.oneof(fc.stringMatching(/^[\w.~-]{0,8}$/), fc.nat(segments.length - 1));
      const change = fc.tuple(fc.nat(token.length), fc.nat(12), piece);
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          let changed = token;
          for (const [at, length, by] of changes) {
            changed = changed.slice(0, at) + (typeof by === "number" ? segments[by] : by) + changed.slice(at + length);
          }
          fc.pre(changed !== "");
          expect((await send(changed)) === "accepted").toBe(changed === token);
        }),
        { numRuns: 300 },
      );
      expect(await send(token)).toBe("accepted");
    });

    it("SEC-11 is rejected when it is combined from two tokens", async () => {
      const { token, visit, send, acceptedAmong } = await setUp(seal);
      const { cookies } = await visit((session) => session.set("theme", "lite"));
      const other = cookieValueOf(cookies[0]);
      expect(await send(other)).toBe("accepted");
      const segments = token.split(".");
      const mixed = other
        .split(".")
        .map(
          (segment, index) => [`segment ${index} of another token`, segments.with(index, segment).join(".")] as const,
        )
        .filter(([, value]) => value !== token);
      expect(mixed.length).toBeGreaterThanOrEqual(2);
      expect(await acceptedAmong(mixed)).toEqual([]);
    });
  });
}

describe("known forgeries of a signed cookie", () => {
  it("SEC-10 are rejected: alg none in any case, with and without a signature", async () => {
    const { token, acceptedAmong } = await setUp(SIGNED);
    const [, payload = "", signature = ""] = token.split(".");
    const forged: [string, string][] = [["jose", new UnsecuredJWT(JSON.parse(textOf(payload))).encode()]];
    for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
      const header = base64url.encode(JSON.stringify({ alg }));
      forged.push([`${alg}, no signature`, `${header}.${payload}.`], [alg, `${header}.${payload}.${signature}`]);
      forged.push([`${alg}, two segments`, `${header}.${payload}`]);
    }
    expect(await acceptedAmong(forged)).toEqual([]);
  });

  it("SEC-10 are rejected: tokens signed with the secret itself", async () => {
    const { secrets, payload, header, acceptedAmong } = await setUp(SIGNED);
    const forged: [string, string][] = [];
    for (const alg of ["HS256", "HS512"]) {
      const sign = new CompactSign(payload).setProtectedHeader({ ...JSON.parse(header), alg });
      forged.push([alg, await sign.sign(bytesOf(secrets.padEnd(64, "=")))]);
      const short = new CompactSign(payload).setProtectedHeader({ alg });
      forged.push([`${alg} without kid`, await short.sign(bytesOf(secrets.padEnd(64, "=")))]);
    }
    expect(await acceptedAmong(forged)).toEqual([]);
  });

  it("SEC-10 are rejected: RS256 with a key in the header, and HMAC with an RSA public key", async () => {
    const { payload, header, acceptedAmong } = await setUp(SIGNED);
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = await crypto.subtle.exportKey("jwk", publicKey);
    const pem = bytesOf(await exportSPKI(publicKey));
    const hmac = await crypto.subtle.importKey("raw", pem, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const { kid } = JSON.parse(header);
    const sign = (more: object) => new CompactSign(payload).setProtectedHeader({ alg: "RS256", kid, ...more });
    expect(
      await acceptedAmong([
        ["RS256", await sign({}).sign(privateKey)],
        ["RS256 with jwk", await sign({ jwk: { kty: jwk.kty, n: jwk.n, e: jwk.e } }).sign(privateKey)],
        ["RS256 by HMAC with the public key", await SIGNED.forge('{"alg":"RS256"}', payload, hmac)],
        ["HS256 by HMAC with the public key", await SIGNED.forge(header, payload, hmac)],
      ]),
    ).toEqual([]);
  });
});

describe("known forgeries of an encrypted cookie", () => {
  it("SEC-11 are rejected: shortened tags", async () => {
    const { header, payload, key, acceptedAmong } = await setUp(ENCRYPTED);
    const forged: [string, string][] = [];
    for (const bits of [96, 104, 112, 120]) forged.push([`${bits} bits`, await encrypt(header, payload, key, bits)]);
    expect(await acceptedAmong(forged)).toEqual([]);
  });

  it("SEC-10 are rejected: tokens encrypted with the secret itself, and with another enc or alg", async () => {
    const { secrets, payload, header, acceptedAmong } = await setUp(ENCRYPTED);
    const { kid } = JSON.parse(header);
    const forged: [string, string][] = [];
    for (const [enc, length] of [
      ["A256GCM", 32],
      ["A128GCM", 16],
      ["A256CBC-HS512", 64],
      ["A128CBC-HS256", 32],
    ] as const) {
      const encryption = new CompactEncrypt(payload).setProtectedHeader({ alg: "dir", enc, kid });
      forged.push([enc, await encryption.encrypt(bytesOf(secrets.padEnd(64, "=")).slice(0, length))]);
    }
    const { privateKey, publicKey } = await generateKeyPair("RSA-OAEP-256", { extractable: true });
    expect(privateKey.type).toBe("private");
    const wrapped = new CompactEncrypt(payload).setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", kid });
    forged.push(["RSA-OAEP-256", await wrapped.encrypt(publicKey)]);
    expect(await acceptedAmong(forged)).toEqual([]);
  });

  it("SEC-16 are rejected: a decompression bomb with a valid tag", async () => {
    const { header, key, send } = await setUp(ENCRYPTED);
    const bomb = new Response(
      new Blob([" ".repeat(2_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw")),
    );
    const compressed = new Uint8Array(await bomb.arrayBuffer());
    expect(compressed.length).toBeLessThan(3_000);
    const zip = JSON.stringify({ ...JSON.parse(header), zip: "DEF" });
    expect(await send(await ENCRYPTED.forge(zip, compressed, key))).toBe("rejected, unknown-key");
  });
});

function* bitFlips(token: string): Iterable<readonly [string, string]> {
  for (let index = 0; index < token.length; index++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = String.fromCharCode(token.charCodeAt(index) ^ (1 << bit));
      yield [`bit ${bit} of character ${index}`, token.slice(0, index) + flipped + token.slice(index + 1)];
    }
  }
}

function* truncations(token: string): Iterable<readonly [string, string]> {
  for (let length = 1; length < token.length; length++) {
    yield [`the first ${length} characters`, token.slice(0, length)];
    yield [`the last ${length} characters`, token.slice(-length)];
  }
}

function* extensions(token: string): Iterable<readonly [string, string]> {
  for (const extra of [...ALPHABET, ".", "=", "==", "~", "+", "/", "%", '"', "AA", ".A", "..", `.${token}`, token]) {
    yield [`${extra.length} characters at the end`, token + extra];
    yield [`${extra.length} characters at the beginning`, extra + token];
    for (let dot = token.indexOf("."); dot !== -1; dot = token.indexOf(".", dot + 1)) {
      yield [`${extra.length} characters before the dot at ${dot}`, token.slice(0, dot) + extra + token.slice(dot)];
      yield [
        `${extra.length} characters after the dot at ${dot}`,
        token.slice(0, dot + 1) + extra + token.slice(dot + 1),
      ];
    }
  }
}

/** Texts that lenient decoders read as the same bytes: with padding, or other unused bits in the last character. */
function* otherEncodings(token: string): Iterable<readonly [string, string]> {
  const segments = token.split(".");
  for (const [index, segment] of segments.entries()) {
    const unused = [1, 1, 16, 4][segment.length % 4] ?? 1;
    const last = ALPHABET.indexOf(segment.slice(-1));
    for (let bits = 1; bits < unused; bits++) {
      const other = segment.slice(0, -1) + ALPHABET[last + bits];
      yield [`segment ${index} with unused bits ${bits}`, segments.with(index, other).join(".")];
    }
    for (const padding of ["=", "=="]) {
      yield [`segment ${index} with padding`, segments.with(index, segment + padding).join(".")];
    }
    const standard = segment.replaceAll("-", "+").replaceAll("_", "/");
    if (standard !== segment) yield [`segment ${index} in plain base64`, segments.with(index, standard).join(".")];
  }
}

function* rearrangements(token: string): Iterable<readonly [string, string]> {
  const segments = token.split(".");
  for (const [index, segment] of segments.entries()) {
    const rest = segments.toSpliced(index, 1);
    if (segment !== "") yield [`segment ${index} emptied`, segments.with(index, "").join(".")];
    yield [`segment ${index} removed`, rest.join(".")];
    for (let at = 0; at <= segments.length; at++) {
      yield [`segment ${index} twice`, segments.toSpliced(at, 0, segment).join(".")];
    }
    for (let at = 0; at < segments.length; at++) {
      const moved = rest.toSpliced(at, 0, segment).join(".");
      if (moved !== token) yield [`segment ${index} moved to ${at}`, moved];
      const copied = segments.with(at, segment).join(".");
      if (copied !== token) yield [`segment ${index} in place of ${at}`, copied];
    }
  }
  yield ["dots only", segments.map(() => "").join(".")];
}

/** Headers with other claims, and headers that encode the same claims differently. */
function otherHeaders(header: string): Record<string, string> {
  const claims: Record<string, unknown> = JSON.parse(header);
  const jwk = { kty: "oct", k: base64url.encode(new Uint8Array(32)), alg: "HS256" };
  const also = (more: object) => JSON.stringify({ ...claims, ...more });
  return {
    "other key order": JSON.stringify(Object.fromEntries(Object.entries(claims).reverse())),
    "spaces and line breaks": JSON.stringify(claims, null, 1),
    "a space in front": ` ${header}`,
    "a line break behind": `${header}\n`,
    "a byte order mark": `\ufeff${header}`,
    "an escaped character": header.replace('"alg"', '"\\u0061lg"'),
    "a member twice": header.replace("{", '{"kid":"AAAAAAAA",'),
    "alg in lower case": also({ alg: "hs256" }),
    "alg in upper case": also({ alg: "DIR" }),
    "alg none": also({ alg: "none" }),
    "alg HS512": also({ alg: "HS512" }),
    "alg RS256": also({ alg: "RS256" }),
    "alg A256KW": also({ alg: "A256KW" }),
    "alg PBES2": also({ alg: "PBES2-HS256+A128KW", p2c: 2_147_483_647, p2s: "AAAAAAAAAAA" }),
    "no alg": JSON.stringify({ ...claims, alg: undefined }),
    "enc A128GCM": also({ enc: "A128GCM" }),
    "enc A256CBC-HS512": also({ enc: "A256CBC-HS512" }),
    jwk: also({ jwk }),
    jku: also({ jku: "https://attacker.example/keys" }),
    x5u: also({ x5u: "https://attacker.example/certificate" }),
    x5c: also({ x5c: ["MIIB"] }),
    crit: also({ crit: ["exp"], exp: 1 }),
    b64: also({ crit: ["b64"], b64: false }),
    "zip DEF": also({ zip: "DEF" }),
    typ: also({ typ: "JWT" }),
    "no kid": JSON.stringify({ ...claims, kid: undefined }),
    "an unknown kid": also({ kid: "AAAAAAAA" }),
    "a kid that is a path": also({ kid: "../../../dev/null" }),
    "a kid that is __proto__": also({ kid: "__proto__" }),
    "a kid that is an array": also({ kid: [claims["kid"]] }),
    "kid only": JSON.stringify({ kid: claims["kid"] }),
    "an empty object": "{}",
    null: "null",
    "not JSON": "{",
    "an empty header": "",
  };
}
