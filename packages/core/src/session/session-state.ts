import type { SetCookies } from "../cookies/response-headers.ts";
import type { LoadedSession } from "../modes/backend.ts";
import { emptyContent } from "../stores/session-content.ts";
import type { StoredSession } from "../stores/store.ts";
import { Draft } from "./draft.ts";
import type { ManagerContext } from "./options.ts";
import type { RequestHooks } from "./request-hooks.ts";

/** A request for which a session was opened. Its session need not have been loaded. */
export interface RequestScope {
  readonly context: ManagerContext;
  readonly request: Request;
  hooks?: RequestHooks | undefined;
  /** The state of the session; set by the first await. */
  state?: Promise<SessionState>;
  /** The session as the handler gets it, after the `onLoad` hook. */
  session?: Promise<unknown>;
  /** Set by the first commit. From then on the session is read-only and cannot be loaded. */
  isCommitted?: boolean;
  /** The commit, so that a second one writes nothing and sets the same cookies. */
  commit?: Promise<SetCookies>;
}

/** What a request does to its session: made by `loadSession`, changed by `Session`, written by `commitSession`. */
export interface SessionState extends SessionStart {
  readonly scope: RequestScope;
  /** Names of our cookies that came with the request. */
  readonly receivedCookies: readonly string[];
  /** The session that `destroy` has to end. */
  destroyed?: LoadedSession | undefined;
  isDestroyed?: boolean;
  /** The session as the commit left it. */
  saved?: LoadedSession | undefined;
}

/** The part of the state that `destroy` resets. */
export interface SessionStart {
  /** The session as it was loaded, or `undefined` when it is new. */
  loaded: LoadedSession | undefined;
  draft: Draft;
  metadata: SessionMetadata;
  /** Why the session gets a new id. */
  newId: "regenerate" | "bind" | undefined;
}

/** What is stored with a session besides its content. */
export type SessionMetadata = Pick<StoredSession, "createdAt" | "subject" | "authenticatedAt">;

/** A new session: empty and anonymous. */
export function newSession({ persistent, now }: ManagerContext): SessionStart {
  return {
    loaded: undefined,
    draft: new Draft(emptyContent(persistent)),
    metadata: { createdAt: now() },
    newId: undefined,
  };
}
