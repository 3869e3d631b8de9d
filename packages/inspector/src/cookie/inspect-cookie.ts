import {
  type LoadedSession,
  type RejectReason,
  SessionManager,
  type SessionManagerOptions,
  type SessionMode,
} from "@coatcheck/core";
import { chunkingOver, cookieValues, decodeContent, type SessionContent } from "@coatcheck/core/toolkit";
import { type DecodedCookie, decodeCookie } from "./decoded-cookie.ts";

/** How a manager judges the cookie of a request. */
export type CookieVerdict =
  | { readonly type: "accepted" }
  | { readonly type: "no-cookie" }
  | { readonly type: "rejected"; readonly reason: RejectReason }
  /** The session could not be read: the store, the schema or the mode threw `error`. */
  | { readonly type: "failed"; readonly error: unknown };

/** One cookie of a request. */
export interface ReceivedCookie {
  readonly name: string;
  readonly value: string;
}

/** Everything that is known about the session cookie of one request. */
export interface CookieInspection {
  /** When the cookie was inspected, by the manager's clock. Epoch milliseconds. */
  readonly now: number;
  readonly verdict: CookieVerdict;
  /** The cookies of the session, chunks and duplicates included. */
  readonly receivedCookies: readonly ReceivedCookie[];
  /** The received cookies joined into one value. It opens the session, so it must not be shown. */
  readonly value: string;
  /** What the value says by itself. `undefined` without a cookie. */
  readonly decoded: DecodedCookie | undefined;
  /** The session, if the cookie verified. It may have expired, or the schema may have rejected its data. */
  readonly loaded: LoadedSession | undefined;
  /** The content of {@link loaded}. `undefined` if coatcheck did not write it. */
  readonly content: SessionContent | undefined;
  /** The `session.id` of {@link loaded}, or of a session that has ended although its cookie is genuine. */
  readonly id: string | undefined;
  /** Whether the mode can end a session by its id. */
  readonly canRevoke: boolean;
}

/**
 * Inspects the session cookie of a request exactly as a manager with these options reads it. Nothing is written, and no
 * session is extended.
 *
 * @param options - those of the manager. Their `onEvent` is not called
 * @throws as the constructor of `SessionManager` does
 */
export async function inspectCookie<Data extends object>(
  options: SessionManagerOptions<Data>,
  request: Request,
): Promise<CookieInspection> {
  const { cookieNames, canRevoke, loaded, verdict } = await openUncommitted(options, request);
  const header = request.headers.get("Cookie") ?? "";
  const received = cookieNames.map((name) => ({ name, values: cookieValues(header, name) }));
  const chunks = received.map(({ values }) => values[0]);
  const value = chunkingOver(cookieNames[0] ?? "", cookieNames.length).join(chunks);
  const decoded = value === "" ? undefined : await decodeJoined(value);
  return {
    now: (options.now ?? Date.now)(),
    verdict,
    receivedCookies: received.flatMap(({ name, values }) => values.map((each) => ({ name, value: each }))),
    value: value ?? chunks.join(""),
    decoded,
    loaded,
    content: decodeContent(loaded?.content),
    id: loaded?.id ?? idOfEndedSession(verdict, decoded),
    canRevoke,
  };
}

/** What a manager found when it opened a request. */
interface Opening {
  cookieNames: readonly string[];
  canRevoke: boolean;
  loaded: LoadedSession | undefined;
  verdict: CookieVerdict;
}

/** Opens the request with a manager that never commits, so nothing is written and no cookie is set. */
async function openUncommitted<Data extends object>(
  options: SessionManagerOptions<Data>,
  request: Request,
): Promise<Opening> {
  const opening: Opening = { cookieNames: [], canRevoke: false, loaded: undefined, verdict: { type: "no-cookie" } };
  // A `Session` shows neither its version nor its unread flash messages, and a rejected session is not available at all.
  const observedMode: SessionMode = {
    name: options.mode.name,
    backend(context) {
      const backend = options.mode.backend(context);
      opening.cookieNames = backend.cookieNames;
      opening.canRevoke = backend.revoke !== undefined;
      return {
        ...backend,
        async load(values) {
          const found = await backend.load(values);
          if (typeof found === "object") {
            opening.loaded = found;
            opening.verdict = { type: "accepted" };
          }
          return found;
        },
      };
    },
  };
  const sessions = new SessionManager<Data>({
    ...options,
    mode: observedMode,
    cookieCache: 0,
    onEvent(event) {
      if (event.type === "rejected") opening.verdict = { type: "rejected", reason: event.reason };
    },
  });
  try {
    await sessions.open(request);
  } catch (error) {
    opening.verdict = { type: "failed", error };
  }
  return opening;
}

/** @param value - `undefined` if a chunk is missing */
async function decodeJoined(value: string | undefined): Promise<DecodedCookie> {
  return value === undefined ? { form: "unknown" } : decodeCookie(value);
}

/** The core gives these two reasons only for cookies that are genuine. */
function idOfEndedSession(verdict: CookieVerdict, decoded: DecodedCookie | undefined): string | undefined {
  if (verdict.type !== "rejected") return undefined;
  if (verdict.reason === "not-found" && decoded?.form === "id") return decoded.storeKey;
  if (verdict.reason === "revoked" && decoded?.form === "signed") return decoded.claims?.id;
  return undefined;
}
