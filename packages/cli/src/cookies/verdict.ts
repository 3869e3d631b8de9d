import {
  encryptedCookie,
  type LoadedSession,
  type RejectReason,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { newToken, type SessionContent } from "@coatcheck/core/toolkit";
import type { DecodedCookie } from "@coatcheck/inspector/cookie";
import { inspectCookie } from "@coatcheck/inspector/inspect-cookie";
import { UsageError } from "../cli-error.ts";
import { type CookieInput, MAX_CHUNKS } from "./cookie-input.ts";

/** Whether a server would accept a cookie. */
export type Verdict =
  | { readonly answer: "accepted"; readonly found: FoundSession }
  | {
      readonly answer: "rejected";
      readonly reason: RejectReason;
      readonly found?: FoundSession | undefined;
      /** The signature was not verified, but the cookie is rejected with any signature. */
      readonly isUnverified?: true;
    }
  | {
      readonly answer: "undecided";
      /** What has to be known as well. */
      readonly missing: string;
      readonly found?: FoundSession | undefined;
    };

/** The session that the library read from a cookie or from the store. It may have expired. */
export interface FoundSession {
  readonly loaded: LoadedSession;
  /** `undefined` if coatcheck did not write it. */
  readonly content: SessionContent | undefined;
}

/** What is known about the server. */
export interface ServerFacts {
  readonly mode: SessionMode["name"];
  readonly secrets: readonly string[];
  /** The sessions of `serverSide`, or the revocations of a cookie mode. */
  readonly store: SessionStore | undefined;
  /** The absolute timeout, seconds. */
  readonly absolute: number;
  /** The clock, epoch milliseconds. */
  readonly now: () => number;
}

/** The mode that most likely issued a value. */
export function modeOf(decoded: DecodedCookie, value: string): SessionMode["name"] {
  if (decoded.form === "signed" || decoded.form === "encrypted") return decoded.form;
  if (decoded.form === "id") return "server";
  return ({ 3: "signed", 5: "encrypted" } as const)[value.split(".").length] ?? "server";
}

/**
 * Lets the library judge the cookie, and reports what follows from the facts that were given. With a made-up secret, the
 * library can only judge the form of the cookie.
 */
export async function judgeCookie(input: CookieInput, decoded: DecodedCookie, facts: ServerFacts): Promise<Verdict> {
  return facts.mode === "server" ? judgeId(input, decoded, facts) : judgeSealed(input, decoded, facts);
}

async function judgeSealed(input: CookieInput, decoded: DecodedCookie, facts: ServerFacts): Promise<Verdict> {
  const verdict = await judgeWith(sealedMode(input, facts), input, facts);
  if (facts.secrets.length > 0 || isAboutForm(verdict)) return verdict;
  const claims = decoded.form === "signed" ? decoded.claims : undefined;
  // Even if the claims are forged, no server accepts them.
  if (claims !== undefined && claims.expiresAt <= facts.now()) {
    return { answer: "rejected", reason: "expired", isUnverified: true };
  }
  return { answer: "undecided", missing: "the secret: set SESSION_SECRET, or give --env or --secret-file" };
}

async function judgeId(input: CookieInput, decoded: DecodedCookie, facts: ServerFacts): Promise<Verdict> {
  const { secrets, store = EMPTY_STORE } = facts;
  const isSigned = decoded.form === "id" && decoded.kid !== undefined;
  const knowsSecret = secrets.length > 0;
  const madeUpSecret = isSigned ? { secrets: newToken() } : {};
  const verdict = await judgeWith(serverSide(store, knowsSecret ? { secrets } : madeUpSecret), input, facts);
  if (isAboutForm(verdict)) return verdict;
  if (isSigned && !knowsSecret) return judgeUnverifiedId(input, facts);
  const isNotFound = verdict.answer === "rejected" && verdict.reason === "not-found";
  if (isNotFound && facts.store === undefined) {
    return { answer: "undecided", missing: "the store: give --url, to see whether the session is there" };
  }
  return verdict;
}

/** Without the secret of a signed id, the store can still tell that the session has ended. */
async function judgeUnverifiedId({ name, cookies }: CookieInput, facts: ServerFacts): Promise<Verdict> {
  const missing = "the secret that ids are signed with: set SESSION_SECRET, or give --env or --secret-file";
  if (facts.store === undefined) return { answer: "undecided", missing };
  const unsigned = cookies.map((pair) => ({ ...pair, value: pair.value.split(".")[0] ?? "" }));
  const input = { name, cookies: unsigned, attributes: undefined };
  const verdict = await judgeWith(serverSide(facts.store), input, facts);
  if (verdict.answer === "rejected") return { ...verdict, isUnverified: true };
  return { answer: "undecided", missing, found: verdict.found };
}

/** Whether the cookie alone, without any secret or store, is enough to reject it. */
function isAboutForm(verdict: Verdict): boolean {
  if (verdict.answer !== "rejected") return false;
  return verdict.reason === "malformed" || verdict.reason === "duplicate-cookie";
}

function sealedMode({ name, cookies }: CookieInput, { mode, secrets, store }: ServerFacts): SessionMode {
  const isChunked = cookies.some((pair) => pair.name !== name);
  const options = {
    secrets: secrets.length > 0 ? secrets : newToken(),
    chunks: isChunked ? MAX_CHUNKS : 1,
    ...(store !== undefined && { revocations: store }),
  };
  return mode === "signed" ? signedCookie(options) : encryptedCookie(options);
}

/** The verdict of the library in this mode. */
async function judgeWith(
  mode: SessionMode,
  { name, cookies }: CookieInput,
  { absolute, now }: ServerFacts,
): Promise<Exclude<Verdict, { answer: "undecided" }>> {
  const header = cookies.map((pair) => `${pair.name}=${pair.value}`).join("; ");
  const request = new Request("https://localhost/", { headers: { Cookie: header } });
  const options = { mode, cookie: { name }, lifetime: { absolute }, now };
  const { verdict, loaded, content } = await inspectCookie(options, request);
  const found = loaded && { loaded, content };
  if (verdict.type === "failed") throw verdict.error;
  if (verdict.type === "rejected") return { answer: "rejected", reason: verdict.reason, found };
  if (found !== undefined) return { answer: "accepted", found };
  throw new UsageError("BAD_COOKIE", "The library finds no cookie in the input.");
}

/** A cookie that gets as far as this store has the right form and, with secrets, the right signature. */
const EMPTY_STORE: SessionStore = {
  traits: { atomic: true, consistency: "strong" },
  load: async () => null,
  create: async () => false,
  update: async () => "gone",
  touch: async () => false,
  delete: async () => "gone",
};
