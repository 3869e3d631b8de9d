import type { Cookies } from "../lifecycle/commit.ts";
import type { LoadedSession } from "../modes/backend.ts";
import type { StoredSession } from "../stores/store.ts";
import { Draft } from "./draft.ts";
import type { AnySession } from "./extension-data.ts";
import type { ManagerContext } from "./options.ts";

/** One request as its `PendingSession` knows it, before anybody awaits that. */
export interface Visit {
  readonly context: ManagerContext;
  readonly request: Request;
  /** From now on nothing is written, and a first await comes too late. */
  isCommitted?: boolean;
  /** What is done with the session once it is read, before whoever awaits it sees it. */
  prepare?: (session: AnySession) => Promise<void>;
  /** What the visit becomes, the same object, once its session is read. */
  loading?: Promise<SessionState>;
}

/**
 * What a `PendingSession` and a `Session` have in common. A private field: an entry in a WeakMap took more than half of the
 * time of a request that touches no session.
 */
export abstract class SessionHandle {
  readonly #visit: Visit;

  /** @internal */
  constructor(visit: Visit) {
    this.#visit = visit;
  }

  /** The lifecycle's access to what such an object keeps to itself; `undefined` for anything else. @internal */
  static of(object: object): Visit | undefined {
    return #visit in Object(object) ? (object as SessionHandle).#visit : undefined;
  }
}

/** The session that a visit is about: the one it came with, or after `destroy` the one it leaves with. */
export interface Opened {
  /** As it was kept when it was loaded; `undefined` when it is new. */
  kept: LoadedSession | undefined;
  draft: Draft;
  /** When it began and whose it is; everything of the stored session that is not content. */
  about: SessionMetadata;
  renewal?: "regenerate" | "bind" | undefined;
}

/** A session's own record of one request: what was there, and what is to become of it. */
export interface SessionState extends Visit, Opened {
  /** The names of our cookies that the browser holds. */
  readonly held: readonly string[];
  /** The session that this request ended. */
  ended?: LoadedSession | undefined;
  isDestroyed?: boolean;
  /** As it is kept now, once the request has committed it. */
  after?: LoadedSession;
  /** The commit under way or done, so that a second one writes nothing again. Resolves to cookies by name. */
  settled?: Promise<Cookies>;
}

/** What is known about a session besides its content. */
export type SessionMetadata = Pick<StoredSession, "createdAt" | "subject" | "authenticatedAt">;

/** A session that is nobody's, begins now, and holds nothing. */
export function newSession({ persistent, now }: ManagerContext): Opened {
  return {
    kept: undefined,
    draft: new Draft({ d: {}, p: persistent }),
    about: { createdAt: now() },
    renewal: undefined,
  };
}
