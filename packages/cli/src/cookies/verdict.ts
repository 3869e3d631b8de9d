import {
  encryptedCookie,
  type RejectReason,
  SessionManager,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { newToken } from "@coatcheck/core/toolkit";
import type { CookieAnatomy } from "@coatcheck/inspector/cookie";
import { UsageError } from "../cli-error.ts";
import type { CookieInput } from "./cookie-input.ts";

/** Whether a server would honour a cookie. */
export type Verdict =
  | { readonly answer: "honoured"; readonly found: FoundSession }
  /** @param isUnverified - whether the signature is good was not asked, and makes no difference */
  | {
      readonly answer: "rejected";
      readonly reason: RejectReason;
      readonly found?: FoundSession | undefined;
      readonly isUnverified?: true;
    }
  /** @param missing - what would have to be known as well */
  | { readonly answer: "undecided"; readonly missing: string; readonly found?: FoundSession | undefined };

/** The session that the library read out of a cookie, or out of the store; one that has expired, too. */
export type FoundSession = Exclude<Awaited<ReturnType<ReturnType<SessionMode["backend"]>["load"]>>, RejectReason>;

/** What is known about the server. */
export interface ServerFacts {
  readonly mode: SessionMode["name"];
  readonly secrets: readonly string[];
  /** The sessions of `serverSide`, or the revocations of a cookie mode. */
  readonly store: SessionStore | undefined;
  /** Seconds. */
  readonly absolute: number;
  readonly now: () => number;
}

/** The mode that a value was most likely made by. */
export function modeOf(anatomy: CookieAnatomy, value: string): SessionMode["name"] {
  if (anatomy.form === "signed" || anatomy.form === "encrypted") return anatomy.form;
  if (anatomy.form === "id") return "server";
  return ({ 3: "signed", 5: "encrypted" } as const)[value.split(".").length] ?? "server";
}

/**
 * Has the library itself look at the cookie, by a manager with that mode and name, and says what came of it, as far as it
 * rests on something that was given: of a secret made up here nothing follows but that the form is right.
 */
export async function judge(input: CookieInput, anatomy: CookieAnatomy, facts: ServerFacts): Promise<Verdict> {
  const { mode, secrets } = facts;
  if (mode === "server") return judgeId(input, anatomy, facts);
  const { reason, found } = await ask(input, sealedMode(input, facts), facts);
  const isDecided = secrets.length > 0 || (reason !== undefined && isOfForm(reason));
  if (!isDecided) {
    const claims = anatomy.form === "signed" ? anatomy.claims : undefined;
    // Whoever wrote these claims, no server honours them.
    if (claims !== undefined && claims.expiresAt <= facts.now()) {
      return { answer: "rejected", reason: "expired", isUnverified: true };
    }
    return { answer: "undecided", missing: "the secret: set SESSION_SECRET, or give --env or --secret-file" };
  }
  if (reason !== undefined) return { answer: "rejected", reason, found };
  return { answer: "honoured", found };
}

async function judgeId(input: CookieInput, anatomy: CookieAnatomy, facts: ServerFacts): Promise<Verdict> {
  const { secrets, store } = facts;
  const isSigned = anatomy.form === "id" && anatomy.kid !== undefined;
  // A store in front of which nobody stands: what gets as far as to it is well-formed and signed.
  const mode = serverSide(store ?? NOWHERE, secrets.length > 0 ? { secrets } : isSigned ? { secrets: newToken() } : {});
  const { reason, found } = await ask(input, mode, facts);
  if (reason !== undefined && isOfForm(reason)) return { answer: "rejected", reason };
  if (isSigned && secrets.length === 0) return judgeUnverified(input, facts);
  if (reason === "not-found" && store === undefined) {
    return { answer: "undecided", missing: "the store: give --url, to see whether the session is there" };
  }
  if (reason !== undefined) return { answer: "rejected", reason, found };
  return { answer: "honoured", found };
}

/** A signed id without the secret: that its session has ended can be known all the same. */
async function judgeUnverified({ name, cookies }: CookieInput, facts: ServerFacts): Promise<Verdict> {
  const missing = "the secret that ids are signed with: set SESSION_SECRET, or give --env or --secret-file";
  if (facts.store === undefined) return { answer: "undecided", missing };
  const bare = cookies.map((pair) => ({ ...pair, value: pair.value.split(".")[0] ?? "" }));
  const { reason, found } = await ask({ name, cookies: bare, attributes: undefined }, serverSide(facts.store), facts);
  if (reason === undefined) return { answer: "undecided", missing, found };
  return { answer: "rejected", reason, found, isUnverified: true };
}

/** Whether a reason follows from the cookie alone. */
function isOfForm(reason: RejectReason): boolean {
  return reason === "malformed" || reason === "duplicate-cookie";
}

function sealedMode({ name, cookies }: CookieInput, { mode, secrets, store }: ServerFacts): SessionMode {
  const isSpread = cookies.some((pair) => pair.name !== name);
  const options = {
    secrets: secrets.length > 0 ? secrets : newToken(),
    // A value that fits into one cookie is read the same however many are allowed.
    chunks: isSpread ? 4 : 1,
    ...(store !== undefined && { revocations: store }),
  };
  return mode === "signed" ? signedCookie(options) : encryptedCookie(options);
}

type Asked =
  | { readonly reason: RejectReason; readonly found: FoundSession | undefined }
  | { readonly reason: undefined; readonly found: FoundSession };

/** What the library makes of the cookie in a request, and what it found in it. It reads, and writes nothing. */
async function ask({ name, cookies }: CookieInput, mode: SessionMode, { absolute, now }: ServerFacts): Promise<Asked> {
  let reason: RejectReason | undefined;
  let found: FoundSession | undefined;
  const watched: SessionMode = {
    name: mode.name,
    backend(context) {
      const backend = mode.backend(context);
      return {
        ...backend,
        async load(ticket) {
          const kept = await backend.load(ticket);
          if (typeof kept === "object") found = kept;
          return kept;
        },
      };
    },
  };
  const sessions = new SessionManager({
    mode: watched,
    cookie: { name },
    lifetime: { absolute },
    now,
    onEvent(event) {
      if (event.type === "rejected") reason = event.reason;
    },
  });
  const header = cookies.map((pair) => `${pair.name}=${pair.value}`).join("; ");
  await sessions.open(new Request("https://localhost/", { headers: { Cookie: header } }));
  if (reason !== undefined) return { reason, found };
  if (found !== undefined) return { reason, found };
  throw new UsageError("BAD_COOKIE", "The library sees no cookie in this.");
}

const NOWHERE: SessionStore = {
  traits: { atomic: true, consistency: "strong" },
  load: async () => null,
  create: async () => false,
  update: async () => "gone",
  touch: async () => false,
  delete: async () => "gone",
};
