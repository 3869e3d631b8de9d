import {
  type Application,
  type BenchRequest,
  type Contender,
  describeData,
  type Protection,
  type Reply,
} from "./contender.ts";
import { type BenchData, dataOfQuery, USER } from "./session-data.ts";

/** Seals and unseals tokens with one call of WebCrypto, and a key that already exists. */
interface Sealing {
  readonly protection: Protection;
  readonly name: string;
  /** Called once, before the rounds. */
  createKey(): Promise<CryptoKey>;
  seal(payload: Uint8Array<ArrayBuffer>, key: CryptoKey): Promise<string>;
  unseal(token: string, key: CryptoKey): Promise<ArrayBuffer | Uint8Array | undefined>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As long as the headers of coatcheck tokens, so that the same number of bytes is signed or authenticated. */
const HEADERS = {
  signed: toBase64Url(encoder.encode('{"alg":"HS256","kid":"12345678"}')),
  encrypted: toBase64Url(encoder.encode('{"alg":"dir","enc":"A256GCM","kid":"12345678"}')),
};

const hmac: Sealing = {
  ...{ protection: "signed", name: "WebCrypto HMAC" },
  createKey: () => crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign", "verify"]),
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
  createKey: () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
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
 * The floor for every library on WebCrypto: base64url, one call of WebCrypto and JSON, on a token as long as
 * coatcheck's. No `Request` is read, no cookie is parsed, and no `Response` is created.
 */
export const webCryptoFloors: readonly Contender[] = [hmac, aesGcm].map((sealing) => ({
  ...{ name: sealing.name, protection: sealing.protection, host: "raw" },
  async setUp() {
    const key = await sealing.createKey();
    return { start: () => application(sealing, key) };
  },
}));

function application({ seal, unseal }: Sealing, key: CryptoKey): Application {
  async function read({ cookie }: BenchRequest): Promise<BenchData | undefined> {
    const payload = await unseal(cookie, key);
    return payload && (JSON.parse(decoder.decode(payload)) as ReturnType<typeof claimsOf>).c.d;
  }
  async function write(data: BenchData | undefined): Promise<Reply> {
    if (data === undefined) return { text: "none", setCookies: [] };
    return { text: describeData(data), setCookies: [await seal(encoder.encode(JSON.stringify(claimsOf(data))), key)] };
  }
  return {
    fill: ({ path }) => write(dataOfQuery(path)),
    read: async (request): Promise<Reply> => ({ text: describeData(await read(request)), setCookies: [] }),
    async write(request) {
      const data = await read(request);
      return write(data && { ...data, count: (data.count ?? 0) + 1 });
    },
    async login(request) {
      const data = await read(request);
      return write(data && { ...data, user: USER });
    },
  };
}

/** The data with the claims that coatcheck adds, in the same format. */
function claimsOf(data: BenchData) {
  const now = Date.now();
  return { id: "1234567890123456789012", v: 1, iat: now, exp: now, crt: now, c: { d: data } };
}

function gcm(iv: Uint8Array<ArrayBuffer>) {
  return { name: "AES-GCM", iv, additionalData: encoder.encode(HEADERS.encrypted) };
}

/** The fastest conversion that all runtimes have. */
function toBase64Url(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes as ArrayBuffer).toString("base64url");
}

function parseBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(text, "base64url");
}
