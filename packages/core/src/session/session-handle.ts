import { assertOption } from "../errors.ts";
import type { AnySession } from "./any-session.ts";
import type { RequestScope, SessionState } from "./session-state.ts";

/**
 * Base class of `PendingSession` and `Session`: gives the lifecycle access to their state. It uses private fields because
 * a look-up in a WeakMap took more than half of the time of a request that touches no session.
 */
export abstract class SessionHandle {
  readonly #scope: RequestScope;
  readonly #state: SessionState | undefined;

  /** @internal */
  constructor(scope: RequestScope, state?: SessionState) {
    this.#scope = scope;
    this.#state = state;
  }

  /** `undefined` for any other value. @internal */
  static scopeOf(handle: unknown): RequestScope | undefined {
    return isObject(handle) && #scope in handle ? handle.#scope : undefined;
  }

  /** `undefined` for a pending session, and for any other value. @internal */
  static stateOf(handle: unknown): SessionState | undefined {
    return isObject(handle) && #state in handle ? handle.#state : undefined;
  }
}

/** The state of a session. @throws `INVALID_OPTION` for any other value, a pending session included */
export function stateOf(session: AnySession): SessionState {
  const state = SessionHandle.stateOf(session);
  assertOption(state !== undefined, "a session is needed: await the pending one first");
  return state;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
