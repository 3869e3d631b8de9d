import {
  type RejectReason,
  SessionError,
  type SessionErrorCode,
  SessionManager,
  type SessionManagerOptions,
  type SessionMode,
} from "@coatcheck/core";
import { cookieValues } from "@coatcheck/core/toolkit";
import { type CookieAnatomy, joinChunks, readCookie } from "./decoded-cookie.ts";

type SessionBackend = ReturnType<SessionMode["backend"]>;

/** A session as its mode found it. */
export type LoadedSession = Exclude<Awaited<ReturnType<SessionBackend["load"]>>, string>;

/** What the manager makes of a request's cookie. */
export type Verdict =
  | { readonly type: "honoured" }
  | { readonly type: "no-cookie" }
  | { readonly type: "rejected"; readonly reason: RejectReason }
  /** Nothing can be said, as something failed. */
  | {
      readonly type: "failed";
      readonly code: SessionErrorCode | undefined;
      readonly message: string;
      /** Name and code of what lies behind it; its own words may hold a password. */
      readonly cause: string | undefined;
    };

/** A cookie of the manager, as it came with a request. */
export interface BroughtCookie {
  readonly name: string;
  readonly value: string;
}

/** All that is found out about one request. */
export interface Inspection {
  /** Epoch milliseconds, by the manager's clock. */
  readonly now: number;
  readonly verdict: Verdict;
  readonly brought: readonly BroughtCookie[];
  /** The brought cookies as one value. Good as a cookie: never to be shown. */
  readonly value: string;
  /** What it tells by itself; `undefined` where there is no cookie. */
  readonly anatomy: CookieAnatomy | undefined;
  /** The session, where the cookie verified; also of one that has expired, or has data that was refused. */
  readonly kept: LoadedSession | undefined;
  /** {@link LoadedSession.id}, or that of a session which is gone although its cookie is real. */
  readonly id: string | undefined;
  /** Whether the mode can end a session that it is shown the id of. */
  readonly canRevoke: boolean;
}

/** Reads the session of a request, exactly as a manager with these options does, and writes nothing. */
export async function inspect<Data extends object>(
  options: SessionManagerOptions<Data>,
  request: Request,
): Promise<Inspection> {
  const { backend, kept, verdict = { type: kept ? "honoured" : "no-cookie" } } = await open(options, request);
  const header = request.headers.get("Cookie") ?? "";
  const names = backend?.cookieNames ?? [];
  const brought = names.flatMap((name) => cookieValues(header, name).map((value) => ({ name, value })));
  const value = joinChunks(names.map((name) => cookieValues(header, name)[0]));
  const anatomy = value === "" ? undefined : await readCookie(value);
  return {
    now: (options.now ?? Date.now)(),
    verdict,
    brought,
    value,
    anatomy,
    kept,
    id: kept?.id ?? idOfEnded(verdict, anatomy),
    canRevoke: backend?.revoke !== undefined,
  };
}

/** What a manager of its own, with nothing remembered, comes upon when it opens the request. */
interface Opening {
  backend?: SessionBackend;
  kept?: LoadedSession;
  verdict?: Verdict;
}

async function open<Data extends object>(options: SessionManagerOptions<Data>, request: Request): Promise<Opening> {
  const opening: Opening = {};
  const mode: SessionMode = {
    name: options.mode.name,
    backend: (context) => {
      const backend = options.mode.backend(context);
      opening.backend = backend;
      return {
        ...backend,
        // The session does not tell its version, nor what it holds for the next request, and one that is refused is not told of.
        async load(ticket) {
          const found = await backend.load(ticket);
          if (typeof found === "object") opening.kept = found;
          return found;
        },
      };
    },
  };
  const sessions = new SessionManager<Data>({
    ...options,
    mode,
    cookieCache: 0,
    onEvent: (event) => {
      if (event.type === "rejected") opening.verdict = { type: "rejected", reason: event.reason };
    },
  });
  // Never committed, so nothing is written and no cookie leaves.
  await sessions.open(request).then(undefined, (error: unknown) => {
    opening.verdict = failureOf(error);
  });
  return opening;
}

/** These two reasons are given only after a cookie has verified. */
function idOfEnded(verdict: Verdict, anatomy: CookieAnatomy | undefined): string | undefined {
  const reason = verdict.type === "rejected" ? verdict.reason : undefined;
  if (reason === "not-found" && anatomy?.form === "id") return anatomy.storeKey;
  return reason === "revoked" && anatomy?.form === "signed" ? anatomy.claims?.id : undefined;
}

function failureOf(error: unknown): Verdict {
  const isOurs = error instanceof SessionError;
  return {
    type: "failed",
    code: isOurs ? error.code : undefined,
    message: isOurs ? error.message : "Something that is none of coatcheck's errors was thrown, by the schema perhaps.",
    cause: nameOf(isOurs ? error.cause : error),
  };
}

function nameOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { code } = cause as { readonly code?: unknown };
  return [cause.name, ...(typeof code === "string" ? [code] : [])].join(", ");
}
