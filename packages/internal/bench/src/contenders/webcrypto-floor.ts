import {
  type Application,
  type Contender,
  describeData,
  type Protection,
  type Reply,
  type Visit,
} from "./contender.ts";
import { type BenchData, dataOfQuery, USER } from "./session-data.ts";

/** Bytes to a token and back, with a key that was imported before. */
interface Sealing {
  readonly protection: Protection;
  readonly name: string;
  /** The key is awaited once, before. */
  importKey(): Promise<CryptoKey>;
  seal(payload: Uint8Array<ArrayBuffer>, key: CryptoKey): Promise<string>;
  unseal(token: string, key: CryptoKey): Promise<ArrayBuffer | Uint8Array | undefined>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As long as the header of a coatcheck token, so that as many bytes are signed or authenticated. */
const HEADERS = {
  signed: toBase64Url(encoder.encode('{"alg":"HS256","kid":"12345678"}')),
  encrypted: toBase64Url(encoder.encode('{"alg":"dir","enc":"A256GCM","kid":"12345678"}')),
};

const hmac: Sealing = {
  ...{ protection: "signed", name: "WebCrypto HMAC" },
  importKey: () => crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign", "verify"]),
  async seal(payload, key) {
    const input = `${HEADERS.signed}.${toBase64Url(payload)}`;
    return `${input}.${toBase64Url(await crypto.subtle.sign("HMAC", key, encoder.encode(input)))}`;
  },
  async unseal(token, key) {
    const end = token.lastIndexOf(".");
    const signature = parseBase64Url(token.slice(end + 1));
    const isValid = await crypto.subtle.verify("HMAC", key, signature, encoder.encode(token.slice(0, end)));
    return isValid ? parseBase64Url(token.slice(HEADERS.signed.length + 1, end)) : undefined;
  },
};

const NONCE_BYTES = 12;

const aesGcm: Sealing = {
  ...{ protection: "encrypted", name: "WebCrypto AES-GCM" },
  importKey: () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
  async seal(payload, key) {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = new Uint8Array(await crypto.subtle.encrypt(gcm(iv), key, payload));
    const bytes = new Uint8Array(NONCE_BYTES + sealed.length);
    bytes.set(iv);
    bytes.set(sealed, NONCE_BYTES);
    return toBase64Url(bytes);
  },
  async unseal(token, key) {
    const bytes = parseBase64Url(token);
    const iv = bytes.subarray(0, NONCE_BYTES);
    return crypto.subtle.decrypt(gcm(iv), key, bytes.subarray(NONCE_BYTES)).catch(() => undefined);
  },
};

/**
 * What nothing built on WebCrypto can go below: base64url, one call of WebCrypto, JSON, on a token of as many bytes as
 * coatcheck's. No `Request` is looked at, no cookie is looked for, no `Response` is made.
 */
export const floors: readonly Contender[] = [hmac, aesGcm].map((sealing) => ({
  ...{ name: sealing.name, protection: sealing.protection, host: "raw" },
  async setUp() {
    const key = await sealing.importKey();
    return { start: () => application(sealing, key) };
  },
}));

function application({ seal, unseal }: Sealing, key: CryptoKey): Application {
  async function read({ cookie }: Visit): Promise<BenchData | undefined> {
    const payload = await unseal(cookie, key);
    return payload && (JSON.parse(decoder.decode(payload)) as ReturnType<typeof claimsOf>).c.d;
  }
  async function write(data: BenchData | undefined): Promise<Reply> {
    if (data === undefined) return { text: "none", setCookies: [] };
    return { text: describeData(data), setCookies: [await seal(encoder.encode(JSON.stringify(claimsOf(data))), key)] };
  }
  return {
    fill: (visit) => write(dataOfQuery(visit.path)),
    read: async (visit): Promise<Reply> => ({ text: describeData(await read(visit)), setCookies: [] }),
    async write(visit) {
      const data = await read(visit);
      return write(data && { ...data, count: (data.count ?? 0) + 1 });
    },
    async login(visit) {
      const data = await read(visit);
      return write(data && { ...data, user: USER });
    },
  };
}

/** What coatcheck keeps beside the data, as it keeps it. */
function claimsOf(data: BenchData) {
  const now = Date.now();
  return { id: "1234567890123456789012", v: 1, iat: now, exp: now, crt: now, c: { d: data } };
}

function gcm(iv: Uint8Array<ArrayBuffer>) {
  return { name: "AES-GCM", iv, additionalData: encoder.encode(HEADERS.encrypted) };
}

/** The fastest way that all runtimes have. */
function toBase64Url(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes as ArrayBuffer).toString("base64url");
}

function parseBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(text, "base64url");
}
