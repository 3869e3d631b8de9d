import {
  encryptedCookie,
  type SealedCookieOptions,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  type SessionMode,
  signedCookie,
} from "@coatcheck/core";
import { requestWith, secret, type Visitor, visitor } from "@coatcheck/test-support";
import { base64url } from "jose";
import { vi } from "vitest";

/** A cookie mode, and the means to forge its tokens for an attacker who has the key. */
export interface Seal {
  readonly name: string;
  readonly mode: (options: SealedCookieOptions) => SessionMode;
  /** The WebCrypto operation that seals a session. */
  readonly operation: "sign" | "encrypt";
  /** A token with any header and payload, and a valid signature or tag. */
  readonly forge: (header: string, payload: Uint8Array<ArrayBuffer>, key: CryptoKey) => Promise<string>;
  /** The payload of a token. */
  readonly open: (token: string, key: CryptoKey) => Promise<Uint8Array<ArrayBuffer>>;
}

export const SIGNED: Seal = {
  name: "signed cookie",
  mode: signedCookie,
  operation: "sign",
  async forge(header, payload, key) {
    const input = `${base64url.encode(header)}.${base64url.encode(payload)}`;
    const signature = await crypto.subtle.sign("HMAC", key, bytesOf(input));
    return `${input}.${base64url.encode(new Uint8Array(signature))}`;
  },
  open: async (token) => decode(token.split(".")[1]),
};

export const ENCRYPTED: Seal = {
  name: "encrypted cookie",
  mode: encryptedCookie,
  operation: "encrypt",
  forge: (header, payload, key) => encrypt(header, payload, key, 128),
  async open(token, key) {
    const [header = "", , nonce, ciphertext, tag] = token.split(".");
    const algorithm = { name: "AES-GCM", iv: decode(nonce), additionalData: bytesOf(header) };
    const sealed = new Uint8Array([...decode(ciphertext), ...decode(tag)]);
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed));
  },
};

export const SEALS: readonly Seal[] = [SIGNED, ENCRYPTED];

/** A compact JWE with this header. */
export async function encrypt(
  header: string,
  payload: Uint8Array<ArrayBuffer>,
  key: CryptoKey,
  tagLength: number,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const protectedHeader = base64url.encode(header);
  const algorithm = { name: "AES-GCM", iv, additionalData: bytesOf(protectedHeader), tagLength };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, payload));
  const tagAt = sealed.length - tagLength / 8;
  return [protectedHeader, "", iv, sealed.slice(0, tagAt), sealed.slice(tagAt)]
    .map((part) => (typeof part === "string" ? part : base64url.encode(part)))
    .join(".");
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The bytes of a segment of a token. */
export function decode(segment = ""): Uint8Array<ArrayBuffer> {
  return new Uint8Array(base64url.decode(segment));
}

/** The text of a segment of a token. */
export function textOf(segment = ""): string {
  return new TextDecoder().decode(decode(segment));
}

/** A token that a manager issued, with the key and the content of the token. */
export interface IssuedToken extends Pick<Visitor, "visit"> {
  readonly secrets: string;
  readonly token: string;
  readonly key: CryptoKey;
  readonly header: string;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** Sends a token, or another `Cookie` header. Returns the outcome, the events and the number of cookies that were set. */
  send(value: string, header?: string): Promise<string>;
  /** Sends each token. Returns the titles of those that were not rejected with one event and without a cookie. */
  acceptedAmong(tokens: Iterable<readonly [title: string, token: string]>): Promise<string[]>;
}

/** Issues a token. */
export async function setUp(
  seal: Seal,
  options: Partial<SessionManagerOptions> = {},
  secrets: string = secret(),
): Promise<IssuedToken> {
  const events: SessionEvent[] = [];
  const mode = seal.mode({ secrets });
  const sessions = new SessionManager({ mode, onEvent: (event) => events.push(event), ...options });

  const spy = vi.spyOn(crypto.subtle, seal.operation);
  const { client, visit } = visitor(sessions);
  await visit((session) => session.set("theme", "dark"));
  const key = spy.mock.calls[0]?.[1] as CryptoKey;
  spy.mockRestore();
  const [, token = ""] = (await client.cookieHeader()).split("=");

  async function send(value: string, header = `__Host-session=${value}`): Promise<string> {
    events.length = 0;
    const response = await sessions.handle(requestWith(header), async (pending) => {
      const session = await pending;
      return new Response(session.isNew && session.size === 0 ? "rejected" : "accepted");
    });
    const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
    const cookies = response.headers.getSetCookie().length;
    return [await response.text(), ...reasons, ...(cookies > 0 ? [`${cookies} cookies`] : [])].join(", ");
  }

  async function acceptedAmong(tokens: Iterable<readonly [title: string, token: string]>): Promise<string[]> {
    const accepted: string[] = [];
    for (const [title, value] of tokens) {
      const outcome = await send(value);
      if (!/^rejected, (malformed|unknown-key|invalid-signature)$/.test(outcome)) accepted.push(`${title}: ${outcome}`);
    }
    return accepted;
  }

  const header = textOf(token.split(".")[0]);
  return { secrets, token, key, header, payload: await seal.open(token, key), send, acceptedAmong, visit };
}
