import { assertOption, SessionCommittedError } from "../errors.ts";
import type { ExtensionData } from "../stores/session-content.ts";
import type { AnySession } from "./any-session.ts";
import { EXTENSION_DATA } from "./draft.ts";
import type { RequestHooks } from "./request-hooks.ts";
import { SessionHandle } from "./session-handle.ts";
import type { SessionState } from "./session-state.ts";

/**
 * What an extension has stored under that name: JSON that belongs to the session, is not part of its data, and is dropped
 * by a login. The value `endsAt`, epoch milliseconds, ends the session at that instant at the latest.
 */
export function getExtensionData(session: AnySession, name: string): unknown {
  const { draft } = stateOf(session);
  const value = draft.extensionData[name];
  if (typeof value !== "object" || value === null) return value;
  // The caller may change an object in place. Taken from `get`, it is compared at the commit.
  const comparedData = draft.get(EXTENSION_DATA) as ExtensionData;
  return comparedData[name];
}

/**
 * Stores a value under that name, or with `undefined` removes it. When two requests store under one name the later commit
 * wins; values under other names stay.
 *
 * @throws `NOT_SERIALIZABLE`, `SESSION_COMMITTED`
 */
export function setExtensionData(session: AnySession, name: string, value: unknown): void {
  const { draft, scope } = stateOf(session);
  if (scope.isCommitted) throw new SessionCommittedError("Extension data was set after the session's commit.");
  draft.update(EXTENSION_DATA, (current) => {
    const { [name]: _, ...others } = (current ?? {}) as ExtensionData;
    return value === undefined ? others : { ...others, [name]: value };
  });
  if (Object.keys(draft.extensionData).length === 0) draft.delete(EXTENSION_DATA);
}

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

function stateOf(session: AnySession): SessionState {
  const state = SessionHandle.stateOf(session);
  assertOption(state !== undefined, "a session is needed: await the pending one first");
  return state;
}
