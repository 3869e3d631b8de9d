import {
  encryptedCookie,
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { cookieValueOf, modes, modesWithSecrets, requestWith, secret, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import fc from "fast-check";
import {
  base64url,
  CompactEncrypt,
  CompactSign,
  compactDecrypt,
  compactVerify,
  exportSPKI,
  generateKeyPair,
  UnsecuredJWT,
} from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DAY = 24 * 3600;

/** How each mode seals, for forging tokens: what an attacker could do who had the key and nothing else. */
interface Seal {
  readonly name: string;
  readonly make: (options: { readonly secrets: string; readonly chunks?: number }) => SessionMode;
  /** What of WebCrypto is called with the key when a session is sealed. */
  readonly operation: "sign" | "encrypt";
  /** A token with any header and payload whatsoever, and a signature or tag that is right. */
  readonly forge: (header: string, payload: Uint8Array<ArrayBuffer>, key: CryptoKey) => Promise<string>;
  /** The payload of a token. */
  readonly open: (token: string, key: CryptoKey) => Promise<Uint8Array<ArrayBuffer>>;
}

const SEALS: readonly Seal[] = [
  {
    name: "signed cookie",
    make: signedCookie,
    operation: "sign",
    async forge(header, payload, key) {
      const input = `${base64url.encode(header)}.${base64url.encode(payload)}`;
      const signature = await crypto.subtle.sign("HMAC", key, bytesOf(input));
      return `${input}.${base64url.encode(new Uint8Array(signature))}`;
    },
    open: async (token) => decode(token.split(".")[1]),
  },
  {
    name: "encrypted cookie",
    make: encryptedCookie,
    operation: "encrypt",
    forge: (header, payload, key) => encrypt(header, payload, key, 128),
    async open(token, key) {
      const [header = "", , nonce, ciphertext, tag] = token.split(".");
      const algorithm = { name: "AES-GCM", iv: decode(nonce), additionalData: bytesOf(header) };
      const sealed = new Uint8Array([...decode(ciphertext), ...decode(tag)]);
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed));
    },
  },
];

async function encrypt(header: string, payload: Uint8Array<ArrayBuffer>, key: CryptoKey, tagLength: number) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const protectedHeader = base64url.encode(header);
  const algorithm = { name: "AES-GCM", iv, additionalData: bytesOf(protectedHeader), tagLength };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, payload));
  const tagAt = sealed.length - tagLength / 8;
  return [protectedHeader, "", iv, sealed.slice(0, tagAt), sealed.slice(tagAt)]
    .map((part) => (typeof part === "string" ? part : base64url.encode(part)))
    .join(".");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decode(segment = ""): Uint8Array<ArrayBuffer> {
  return new Uint8Array(base64url.decode(segment));
}

function textOf(segment = ""): string {
  return new TextDecoder().decode(decode(segment));
}

/** A manager, a token that it issued, and what it makes of others. */
async function setUp(seal: Seal, options: Partial<SessionManagerOptions> = {}, secrets: string = secret()) {
  const events: SessionEvent[] = [];
  const mode = seal.make({ secrets });
  const sessions = new SessionManager({ mode, onEvent: (event) => events.push(event), ...options });

  const spy = vi.spyOn(crypto.subtle, seal.operation);
  const { client, visit } = visitor(sessions);
  await visit((session) => session.set("theme", "dark"));
  const key = spy.mock.calls[0]?.[1] as CryptoKey;
  spy.mockRestore();
  const [, token = ""] = (await client.cookieHeader()).split("=");

  /** What becomes of a request with this cookie. */
  async function present(value: string, cookie = `__Host-session=${value}`): Promise<string> {
    events.length = 0;
    const response = await sessions.handle(requestWith(cookie), async (pending) => {
      const session = await pending;
      return new Response(session.isNew && session.size === 0 ? "refused" : "accepted");
    });
    const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
    const cookies = response.headers.getSetCookie().length;
    return [await response.text(), ...reasons, ...(cookies > 0 ? [`${cookies} cookies`] : [])].join(", ");
  }

  /** Presents each; resolves to those that were not refused with one event and no cookie, by their titles. */
  async function acceptedAmong(tokens: Iterable<readonly [title: string, token: string]>): Promise<string[]> {
    const wrong: string[] = [];
    for (const [title, value] of tokens) {
      const outcome = await present(value);
      if (!/^refused, (malformed|unknown-key|invalid-signature)$/.test(outcome)) wrong.push(`${title}: ${outcome}`);
    }
    return wrong;
  }

  const header = textOf(token.split(".")[0]);
  return { sessions, secrets, token, key, header, payload: await seal.open(token, key), present, acceptedAmong, visit };
}

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
    yield [`${extra.length} more at the end`, token + extra];
    yield [`${extra.length} more at the beginning`, extra + token];
    for (let dot = token.indexOf("."); dot !== -1; dot = token.indexOf(".", dot + 1)) {
      yield [`${extra.length} more before the dot at ${dot}`, token.slice(0, dot) + extra + token.slice(dot)];
      yield [`${extra.length} more after the dot at ${dot}`, token.slice(0, dot + 1) + extra + token.slice(dot + 1)];
    }
  }
}

/** Other texts that lenient decoders read as the same bytes: the spare bits of a segment's last character differ. */
function* otherSpellings(token: string): Iterable<readonly [string, string]> {
  const segments = token.split(".");
  for (const [index, segment] of segments.entries()) {
    const spare = [1, 1, 16, 4][segment.length % 4] ?? 1;
    const last = ALPHABET.indexOf(segment.slice(-1));
    for (let bits = 1; bits < spare; bits++) {
      const other = segment.slice(0, -1) + ALPHABET[last + bits];
      yield [`segment ${index} with spare bits ${bits}`, segments.with(index, other).join(".")];
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
    yield [`segment ${index} left out`, rest.join(".")];
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
  yield ["nothing but dots", segments.map(() => "").join(".")];
}

/** Headers that say something else, or the same in other words. */
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
    "another kid": also({ kid: "AAAAAAAA" }),
    "a kid that is a path": also({ kid: "../../../dev/null" }),
    "a kid that is __proto__": also({ kid: "__proto__" }),
    "a kid that is a list": also({ kid: [claims["kid"]] }),
    "nothing but kid": JSON.stringify({ kid: claims["kid"] }),
    "an empty object": "{}",
    null: "null",
    "no JSON": "{",
    nothing: "",
  };
}

for (const seal of SEALS) {
  describe(`${seal.name}: a token with another header`, () => {
    it("SEC-10 is refused, and never an exception, even with a right signature", async () => {
      const { present, acceptedAmong, header, payload, key } = await setUp(seal);
      expect(await present(await seal.forge(header, payload, key)), "forged as it should be").toBe("accepted");

      const forged: [string, string][] = [];
      for (const [title, other] of Object.entries(otherHeaders(header))) {
        forged.push([title, await seal.forge(other, payload, key)]);
      }
      expect(await acceptedAmong(forged)).toEqual([]);
    });

    it("SEC-10 is refused without a right signature", async () => {
      const { token, acceptedAmong, header } = await setUp(seal);
      const [, ...rest] = token.split(".");
      const forged = Object.entries(otherHeaders(header)).map(
        ([title, other]) => [title, [base64url.encode(other), ...rest].join(".")] as const,
      );
      expect(await acceptedAmong(forged)).toEqual([]);
    });

    it("SEC-10 is refused without asking which key or algorithm it would like", async () => {
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

    it("SEC-10 SEC-13 is refused with the key id of another purpose under the same secret", async () => {
      const mine = await setUp(seal);
      for (const other of SEALS) {
        const options = other === seal ? { cookie: { name: "__Host-other" } } : {};
        const theirs = await setUp(other, options, mine.secrets);
        const { kid } = JSON.parse(theirs.header);
        const header = JSON.stringify({ ...JSON.parse(mine.header), kid });
        expect(header === mine.header, "the key ids differ").toBe(false);
        expect(await mine.present(await seal.forge(header, mine.payload, mine.key))).toBe("refused, unknown-key");
      }
    });

    it("SEC-10 is refused before its payload is parsed, when the signature is wrong", async () => {
      const { token, present } = await setUp(seal);
      const index = seal.operation === "sign" ? 1 : 3;
      const planted = base64url.encode('{"planted":"by an attacker"}');
      const parse = vi.spyOn(JSON, "parse");
      expect(await present(token.split(".").with(index, planted).join("."))).toBe("refused, invalid-signature");
      expect(parse.mock.calls.filter(([text]) => String(text).includes("planted"))).toEqual([]);
    });
  });

  describe(`${seal.name}: a token`, () => {
    it("is what a JOSE library opens, and one of its making is honoured (RFC 7515, RFC 7516)", async () => {
      const { token, key, header, payload, present } = await setUp(seal);
      const protectedHeader = JSON.parse(header);
      if (seal.operation === "sign") {
        const opened = await compactVerify(token, key, { algorithms: ["HS256"] });
        expect(opened).toEqual({ payload, protectedHeader });
        expect(await present(await new CompactSign(payload).setProtectedHeader(protectedHeader).sign(key))).toBe(
          "accepted",
        );
      } else {
        const opened = await compactDecrypt(token, key);
        expect(opened).toEqual({ plaintext: payload, protectedHeader });
        expect(await present(await new CompactEncrypt(payload).setProtectedHeader(protectedHeader).encrypt(key))).toBe(
          "accepted",
        );
      }
    });
  });

  describe(`${seal.name}: a key`, () => {
    it("SEC-15 cannot be read by the code that has it", async () => {
      const { key } = await setUp(seal);
      expect(key.extractable).toBe(false);
    });
  });

  describe(`${seal.name}: a token that was tampered with`, () => {
    it("SEC-11 is refused for each single bit", async () => {
      const { token, present, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(bitFlips(token))).toEqual([]);
      expect(await present(token)).toBe("accepted");
    });

    it("SEC-11 is refused wherever it is cut off", async () => {
      const { token, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(truncations(token))).toEqual([]);
    });

    it("SEC-11 is refused when something is added", async () => {
      const { token, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(extensions(token))).toEqual([]);
    });

    it("SEC-11 is refused in any other spelling of the same bytes", async () => {
      const { visit, acceptedAmong } = await setUp(seal);
      // Three payloads, so that each number of spare bits comes up.
      const spellings: (readonly [string, string])[] = [];
      for (const filler of ["", "a", "ab"]) {
        const { cookies } = await visit((session) => session.set("filler", `${filler}${crypto.randomUUID()}`));
        const token = cookieValueOf(cookies[0]);
        spellings.push(...otherSpellings(token));
      }
      const inSpareBits = spellings.filter(([title]) => title.includes("spare"));
      expect(new Set(inSpareBits.map(([title]) => title.split(" ")[1])).size).toBeGreaterThanOrEqual(2);
      expect(await acceptedAmong(spellings)).toEqual([]);
    });

    it("SEC-11 is refused with a segment doubled, left out, emptied, moved or in another's place", async () => {
      const { token, acceptedAmong } = await setUp(seal);
      expect(await acceptedAmong(rearrangements(token))).toEqual([]);
    });

    it("SEC-11 is refused however many pieces of it are replaced", async () => {
      const { token, present } = await setUp(seal);
      const segments = token.split(".");
      // By number: what a failing property prints must hold no token.
      const piece = fc.oneof(fc.stringMatching(/^[\w.~-]{0,8}$/), fc.nat(segments.length - 1));
      const change = fc.tuple(fc.nat(token.length), fc.nat(12), piece);
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          let changed = token;
          for (const [at, length, by] of changes) {
            changed = changed.slice(0, at) + (typeof by === "number" ? segments[by] : by) + changed.slice(at + length);
          }
          fc.pre(changed !== "");
          expect((await present(changed)) === "accepted").toBe(changed === token);
        }),
        { numRuns: 300 },
      );
      expect(await present(token)).toBe("accepted");
    });

    it("SEC-11 is refused when it is put together from two tokens", async () => {
      const { token, visit, present, acceptedAmong } = await setUp(seal);
      const { cookies } = await visit((session) => session.set("theme", "lite"));
      const other = cookieValueOf(cookies[0]);
      expect(await present(other)).toBe("accepted");
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

  describe(`${seal.name}: expiry`, () => {
    it("SEC-12 is inside: accepted until a millisecond before, and refused from then on although it is still sent", async () => {
      const clock = fakeClock();
      const { token, present } = await setUp(seal, { now: clock.now });
      const start = clock.now();
      for (const [at, outcome] of [
        [DAY * 1000 - 1, "accepted, 1 cookies"],
        [DAY * 1000, "refused, expired"],
        [DAY * 1000 + 1, "refused, expired"],
        [400 * DAY * 1000, "refused, expired"],
      ] as const) {
        clock.set(start + at);
        expect(await present(token), `after ${at} ms`).toBe(outcome);
      }
    });

    it("SEC-12 SEC-21 is inside for the absolute timeout as well", async () => {
      const clock = fakeClock();
      const lifetime = { idle: 40 * DAY, absolute: 30 * DAY };
      const { token, present } = await setUp(seal, { now: clock.now, lifetime });
      const start = clock.now();
      clock.set(start + 30 * DAY * 1000 - 1);
      expect(await present(token)).toBe("accepted");
      clock.set(start + 30 * DAY * 1000);
      expect(await present(token)).toBe("refused, expired");
    });

    it("SEC-12 holds for a cookie that was extended: the copy from before ends when it said it would", async () => {
      const clock = fakeClock();
      const { token, present, visit } = await setUp(seal, { now: clock.now });
      clock.advance(DAY / 2);
      const { cookies } = await visit((session) => session.get("theme"));
      const extended = cookieValueOf(cookies[0]);
      clock.advance(DAY / 2);
      expect(await present(token)).toBe("refused, expired");
      expect(await present(extended)).toMatch(/^accepted/);
    });
  });

  describe(`${seal.name}: what was sealed rightly and is no session`, () => {
    // Only a holder of the secret can make such: a tool, or another version of this library. An exception on each of
    // its requests would lock a visitor out until the cookie is gone.
    it("is a new session, never an exception, and never one without an end", async () => {
      const { header, payload, key, present } = await setUp(seal);
      const claims: Record<string, unknown> = JSON.parse(new TextDecoder().decode(payload));
      const payloads: Record<string, string> = {
        nothing: "",
        "no JSON": "{",
        null: "null",
        "a number": "42",
        "a text": '"session"',
        "a list": "[]",
        "an empty object": "{}",
        "no content": JSON.stringify({ ...claims, c: undefined }),
        "content that is null": JSON.stringify({ ...claims, c: null }),
        "no expiry": JSON.stringify({ ...claims, exp: undefined }),
        "an expiry that is no number": JSON.stringify({ ...claims, exp: "never" }),
        "no beginning": JSON.stringify({ ...claims, crt: undefined }),
      };
      const outcomes: Record<string, string> = {};
      for (const [title, other] of Object.entries(payloads)) {
        const token = await seal.forge(header, bytesOf(other), key);
        outcomes[title] = await present(token).catch((error: unknown) => String(error).split(":")[0] ?? "");
      }
      const wrong = Object.entries(outcomes).filter(([, outcome]) => !/^refused, [a-z-]+$/.test(outcome));
      expect(Object.fromEntries(wrong)).toEqual({});
    });
  });

  describe(`${seal.name}: a token that is too large`, () => {
    it("SEC-16 is refused before any work is spent on it", async () => {
      for (const chunks of [1, 4]) {
        const secrets = secret();
        const { token } = await setUp(seal, {}, secrets);
        const fresh = await setUp(seal, { mode: seal.make({ secrets, chunks }) }, secrets);
        const middle = token.lastIndexOf(".");
        const inflate = (size: number) => token.slice(0, middle) + "A".repeat(size) + token.slice(middle);
        const spies = (["verify", "decrypt", "importKey", "deriveKey", "deriveBits", "digest"] as const).map((name) =>
          vi.spyOn(crypto.subtle, name),
        );
        expect(await fresh.present(inflate(1_000_000))).toBe("refused, malformed");
        expect(await fresh.present(inflate(4096 * chunks))).toBe("refused, malformed");
        const parts = Array.from(
          { length: chunks - 1 },
          (_, index) => `__Host-session.${index + 1}=${"A".repeat(8192)}`,
        );
        const spread = [`__Host-session=${chunks}~${inflate(4096)}`, ...parts].join("; ");
        expect(await fresh.present("", spread)).toBe("refused, malformed");
        expect(spies.reduce((calls, spy) => calls + spy.mock.calls.length, 0)).toBe(0);
        vi.restoreAllMocks();
      }
    });

    it("SEC-16 is refused when it is one of a million dots", async () => {
      const { present } = await setUp(seal);
      expect(await present(".".repeat(1_000_000))).toBe("refused, malformed");
    });
  });
}

const [SIGNED, ENCRYPTED] = SEALS as [Seal, Seal];

describe("signed cookie: forgeries that have worked elsewhere", () => {
  it("SEC-10 refuses alg none, in any case, with and without a signature", async () => {
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

  it("SEC-10 refuses tokens made with the secret itself as the key, HS256 and HS512", async () => {
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

  it("SEC-10 refuses RS256, with its own key in the header and with the public key as HMAC key", async () => {
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

describe("encrypted cookie: forgeries that have worked elsewhere", () => {
  it("SEC-11 refuses a short tag, even one that is right as far as it goes", async () => {
    const { header, payload, key, acceptedAmong } = await setUp(ENCRYPTED);
    const forged: [string, string][] = [];
    for (const bits of [96, 104, 112, 120]) forged.push([`${bits} bits`, await encrypt(header, payload, key, bits)]);
    expect(await acceptedAmong(forged)).toEqual([]);
  });

  it("SEC-10 refuses tokens made with the secret itself as the key, and with another enc", async () => {
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

  it("SEC-16 refuses compressed content, sealed rightly: a decompression bomb", async () => {
    const { header, key, present } = await setUp(ENCRYPTED);
    const bomb = new Response(
      new Blob([" ".repeat(2_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw")),
    );
    const compressed = new Uint8Array(await bomb.arrayBuffer());
    expect(compressed.length).toBeLessThan(3_000);
    const zip = JSON.stringify({ ...JSON.parse(header), zip: "DEF" });
    expect(await present(await ENCRYPTED.forge(zip, compressed, key))).toBe("refused, unknown-key");
  });

  it("SEC-15 shows nothing of keys, values, messages and subject", async () => {
    const needles = ["diagnosis", "hypertension", "notice", "we-know-it", "patient-4711"];
    for (const seal of SEALS) {
      const { client, visit } = visitor(new SessionManager({ mode: seal.make({ secrets: secret() }) }));
      await visit((session) => {
        session.set("diagnosis", { main: "hypertension" });
        session.flash("notice", "we-know-it");
        session.bind("patient-4711");
      });
      const cookie = await client.cookieHeader();
      const binary = (text: string) => String.fromCharCode(...decode(text.length % 4 === 1 ? text.slice(1) : text));
      // At each of the four alignments as well, in case base64 was laid over something else.
      const token = cookie.slice(cookie.indexOf("=") + 1);
      const shifted = [0, 1, 2, 3].map((by) => binary(token.replaceAll(".", "").slice(by)));
      const readable = [cookie, decodeURIComponent(cookie), ...token.split(".").map(binary), ...shifted].join("\n");
      const found = needles.filter((needle) => readable.includes(needle));
      expect(found, seal.name).toEqual(seal === ENCRYPTED ? [] : needles);
    }
  });

  it("SEC-15 has another nonce each time, for the same content", async () => {
    const sessions = new SessionManager({ mode: encryptedCookie({ secrets: secret() }), now: () => 0 });
    const nonces = new Set<string | undefined>();
    for (let count = 0; count < 1_000; count++) {
      const { visit } = visitor(sessions);
      nonces.add(cookieValueOf((await visit((session) => session.set("a", 1))).cookies[0]).split(".")[2]);
    }
    expect(nonces.size).toBe(1_000);
  });
});

describe("a cookie that was issued before an update", () => {
  // Another key, key id or format would log everybody out on the day of the update.
  const ISSUED_AT = 1_800_000_000_000;
  const secrets = "3f9Xq7LwZr2Vb8Tn5KcYd1HsJm6PgUe4";
  const id = "JsAbbQ1k6quacbDhctl1ZRbr6ulYr2ngEuLQqyKZ5C8";
  const issued = {
    signed: {
      mode: signedCookie({ secrets }),
      token: [
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IklxV1BZWHFvIn0",
        "eyJpZCI6IkpuSmlubThFbVJMR216WjBmc083RHciLCJ2IjoxLCJpYXQiOjE4MDAwMDAwMDAwMDAsImV4cCI6MTgwMDA4NjQwMDAwMCwiY3J0IjoxODAwMDAwMDAwMDAwLCJjIjp7ImQiOnsidGhlbWUiOiJkYXJrIn19fQ",
        "LHEXVqKhzXBj0f9HID6sG0pDEPkge4qmlsrTqADSEiM",
      ].join("."),
    },
    encrypted: {
      mode: encryptedCookie({ secrets }),
      token: [
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoicWFBZUR5amUifQ",
        "",
        "aNZNC2TLPspojyfO",
        "q8Oo4X8qbw94BIWyvqFs8gB71DvfFLXNsMlg3egftVBTjyJazWOnkOG90MoujuNqkZMC2XRWeqIUDTEG9Zh3_CV5c4qcyupofNTBwm5x98WsS4dSrV221gMJkWgOPGyqJAheBfXVCkHPksHbvKkzefnR7alw5qnY6qyT5w",
        "BG4_y6onIaERhaM2TbxXpQ",
      ].join("."),
    },
    "server-side": {
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
    it(`is honoured, and left as it is: ${name}`, async () => {
      const sessions = new SessionManager({ mode, now: () => ISSUED_AT + 1000 });
      const response = await sessions.handle(requestWith(`__Host-session=${token}`), async (pending) =>
        Response.json(Object.fromEntries((await pending).entries())),
      );
      expect(await response.json()).toEqual({ theme: "dark" });
      expect(response.headers.getSetCookie()).toEqual([]);
    });
  }
});

describe("tokens of one mode, name or secret", () => {
  const NAMES = ["__Host-session", "__Host-other", "__Secure-session", "session"];

  it("SEC-13 are never accepted for those of another", async () => {
    const shared = secret();
    const applications = modesWithSecrets().flatMap(({ name, site }) => {
      const mode = site();
      return [shared, secret()].flatMap((secrets, index) =>
        NAMES.map((cookieName) => ({
          title: `${name}, secret ${index}, ${cookieName}`,
          cookieName,
          sessions: new SessionManager({ mode: mode(secrets), cookie: { name: cookieName } }),
        })),
      );
    });
    const issued: { readonly title: string; readonly token: string }[] = [];
    for (const { title, sessions } of applications) {
      const { visit } = visitor(sessions);
      const { cookies } = await visit((session) => session.set("a", 1));
      issued.push({ title, token: cookieValueOf(cookies[0]) });
    }

    const accepted: string[] = [];
    for (const { title, cookieName, sessions } of applications) {
      for (const other of issued) {
        const session = await sessions.open(requestWith(`${cookieName}=${other.token}`));
        if (!session.isNew) accepted.push(`${other.title} as ${title}`);
      }
    }
    expect(accepted).toEqual(applications.map(({ title }) => `${title} as ${title}`));
  });

  it("SEC-13 are not accepted when a cookie name was chosen to read as another's", async () => {
    const secrets = secret();
    const names = ["session", "session-signed", "7session", "session-", "-session", "session-signed-7-session"];
    for (const { site } of modesWithSecrets()) {
      const mode = site();
      const managers = names.map((name) => new SessionManager({ mode: mode(secrets), cookie: { name } }));
      for (const [index, name] of names.entries()) {
        const { visit } = visitor(managers[index] as SessionManager);
        const { cookies } = await visit((session) => session.set("a", 1));
        const token = cookieValueOf(cookies[0]);
        const accepting = [];
        for (const [at, manager] of managers.entries()) {
          if (!(await manager.open(requestWith(`${names[at]}=${token}`))).isNew) accepting.push(names[at]);
        }
        expect(accepting).toEqual([name]);
      }
    }
  });
});

describe("what is put into a session", () => {
  for (const { name, mode } of modes()) {
    it(`SEC-16 is refused when it nests too deep, ${name}`, async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      const { cookies, result } = await visit((session) => {
        const codes: unknown[] = [];
        for (const [depth, wrap] of [
          [100, (inner: unknown) => [inner]],
          [100, (inner: unknown) => ({ inner })],
          [50_000, (inner: unknown) => [inner]],
          [50_000, (inner: unknown) => ({ inner })],
        ] as const) {
          let nested: unknown = "core";
          for (let level = 0; level < depth; level++) nested = wrap(nested);
          for (const put of [() => session.set("a", nested), () => session.flash("a", nested as string)]) {
            try {
              put();
              codes.push("accepted");
            } catch (error) {
              codes.push((error as { code?: unknown }).code);
            }
          }
        }
        return codes;
      });
      expect(result).toEqual(Array(8).fill("NOT_SERIALIZABLE"));
      expect(cookies).toEqual([]);
    });
  }
});
