import type { AnySession } from "./any-session.ts";
import type { RequestHooks } from "./request-hooks.ts";
import { SessionHandle, stateOf } from "./session-handle.ts";

/** The request that the session belongs to. */
export function requestOf(session: AnySession): Request {
  return stateOf(session).scope.request;
}

/** The time by the clock of the session's manager, epoch milliseconds. */
export function nowOf(session: AnySession): number {
  return stateOf(session).scope.context.now();
}

/**
 * `bind` for a subject who has not proved their identity in this request: `authenticatedAt` stays `undefined`, and the
 * absolute timeout counts from now.
 */
export function bindUnproven(session: AnySession, subject: string): void {
  session.bind(subject);
  const state = stateOf(session);
  state.metadata = { subject, createdAt: state.scope.context.now() };
}

/**
 * Sets the hooks of a request.
 *
 * @param pending - a session that has not been awaited yet
 */
export function setRequestHooks(pending: object, hooks: RequestHooks): void {
  const scope = SessionHandle.scopeOf(pending);
  if (scope !== undefined) scope.hooks = hooks;
}

/** The hooks that were set for the request of a session, or of a pending one. */
export function requestHooksOf(session: object): RequestHooks | undefined {
  return SessionHandle.scopeOf(session)?.hooks;
}

/** Whether a session that was committed has not ended meanwhile. Reads the store. @throws `STORE_FAILED` */
export async function isAlive(session: AnySession): Promise<boolean> {
  const { saved, scope } = stateOf(session);
  return saved !== undefined && (await scope.context.backend.reload(saved)) !== undefined;
}
