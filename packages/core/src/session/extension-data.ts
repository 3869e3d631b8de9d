import { assertOption, SessionCommittedError } from "../errors.ts";
import { NOTES, type Notes } from "./draft.ts";
import type { Session } from "./session.ts";
import { SessionHandle, type SessionState, type Visit } from "./session-state.ts";

/** A session, whatever its data. */
export type AnySession = Pick<
  Session,
  | "id"
  | "isNew"
  | "subject"
  | "createdAt"
  | "expiresAt"
  | "authenticatedAt"
  | "persistent"
  | "bind"
  | "regenerate"
  | "destroy"
>;

/** What became of a session at its commit. */
export interface SessionOutcome {
  /** Whether it is kept now, under `session.id`; not so when what the request did was dropped, or there was nothing. */
  readonly isKept: boolean;
  /** Whether a session was ended by this request. A new one may have followed, which `isKept` is about. */
  readonly isDestroyed: boolean;
}

/**
 * What was noted of a session under that name: JSON that stays with it, is no data, and is dropped by a login. The note
 * `endsAt`, epoch milliseconds, ends the session at that instant at the latest.
 */
export function getExtensionData(session: AnySession, name: string): unknown {
  const { draft } = stateOf(session);
  const note = draft.notes[name];
  // One that is an object may be changed in place: from here on it is compared.
  return Object(note) === note ? (draft.get(NOTES) as Notes)[name] : note;
}

/**
 * Notes something, or with `undefined` drops the note. Of two requests that note something under one name the later
 * commit wins; notes under other names stay.
 *
 * @throws `NOT_SERIALIZABLE`, `SESSION_COMMITTED`
 */
export function setExtensionData(session: AnySession, name: string, value: unknown): void {
  const state = stateOf(session);
  if (state.isCommitted) throw new SessionCommittedError("Something was noted of a session after its commit.");
  state.draft.update(NOTES, (notes) => {
    const { [name]: _, ...others } = (notes ?? {}) as Notes;
    return value === undefined ? others : { ...others, [name]: value };
  });
  if (Object.keys(state.draft.notes).length === 0) state.draft.delete(NOTES);
}

/** The request that the session belongs to. */
export function requestOf(session: AnySession): Request {
  return stateOf(session).request;
}

/** What the clock of the session's manager says, epoch milliseconds. */
export function nowOf(session: AnySession): number {
  return stateOf(session).context.now();
}

/**
 * `bind` for a subject that did not prove now who they are: without `authenticatedAt`, and with an absolute
 * timeout that counts from now.
 */
export function bindUnproven(session: AnySession, subject: string): void {
  session.bind(subject);
  const state = stateOf(session);
  state.about = { subject, createdAt: state.context.now() };
}

/**
 * Has something done with a session once it is read, and before whoever awaits it sees it. What that throws rejects the
 * await.
 *
 * @param pending - a session that nobody has awaited yet
 */
export function prepare(pending: object, act: (session: AnySession) => Promise<void>): void {
  const visit = SessionHandle.of(pending);
  if (visit !== undefined) visit.prepare = act;
}

/** What became of a session that was committed. */
export function outcomeOf(session: AnySession): SessionOutcome {
  const { after, isDestroyed = false } = stateOf(session);
  return { isKept: after !== undefined, isDestroyed };
}

/** Whether a session that was committed has not ended meanwhile. Reads the store. @throws `STORE_FAILED` */
export async function isAlive(session: AnySession): Promise<boolean> {
  const { after, context } = stateOf(session);
  return after !== undefined && (await context.backend.reload(after)) !== undefined;
}

function stateOf(session: AnySession): SessionState {
  const visit: Visit | undefined = SessionHandle.of(session);
  assertOption(visit !== undefined && "draft" in visit, "A session is needed, an awaited one: await pending");
  return visit as SessionState;
}
