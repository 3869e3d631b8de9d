import { tooLarge } from "../cookies/session-size.ts";
import { SessionConflictError } from "../errors.ts";
import type { DropReason } from "../events.ts";
import { backOff } from "../lib/back-off.ts";
import type { LoadedSession } from "../modes/backend.ts";
import { expiryOf } from "../session/lifetime.ts";
import type { SessionState } from "../session/session-state.ts";
import type { StoredSession } from "../stores/store.ts";
import { readContent } from "./load.ts";

/** `Set-Cookie` values by cookie name. */
export type Cookies = ReadonlyMap<string, string>;

/** What a request made of its session. A new one, and one with a new id, are both made by creating them. */
type Outcome = "untouched" | "unchanged" | "touched" | "changed" | "created";

/** How a write ended. `"ok"`: the session was left empty, and is deleted. */
type Result = LoadedSession | "ok" | "gone" | "conflict";

/** Characters of session data a store is given at most. */
const MAX_DATA_LENGTH = 1_048_576;

/** Attempts at a write that others keep overtaking. With their back-off: some seconds, and room for hundreds of writers. */
const MAX_ATTEMPTS = 40;

const NO_COOKIES: Cookies = new Map();

/**
 * The end of a request's session: decides, writes what changed, and only after the store confirmed it says which
 * cookies leave.
 *
 * @param isFailure - the handler threw, or answered 500 or above
 * @param canCarryHeaders - whether the response can set a cookie
 * @throws `STORE_FAILED`, `SESSION_CONFLICT`, `SESSION_TOO_LARGE`, `NOT_SERIALIZABLE`; no cookie leaves then
 */
export async function settle(
  state: SessionState,
  isFailure: boolean | undefined,
  canCarryHeaders: boolean,
): Promise<Cookies> {
  const { context, ended, draft, renewal } = state;
  const { backend, emit, commitOnError, persistent } = context;
  if (ended) {
    await backend.delete(ended, false);
    emit({ type: "destroyed", id: ended.id });
  }
  const outcome = isFailure && !commitOnError ? "untouched" : decide(state);
  if (outcome === "untouched") return issue(state);
  if (outcome === "unchanged") return issue(state, state.kept);
  if (!canCarryHeaders && (outcome === "created" || backend.isCookieOnly)) {
    if (outcome !== "touched") drop(state, "undeliverable");
    return NO_COOKIES;
  }
  let result = await persist(state, outcome);
  if (result === "gone" && renewal === "bind") {
    // It ended meanwhile. A login still counts, with what this request wrote and nothing of the ended session.
    state.draft = draft.rebase({ d: {}, p: persistent });
    result = await write(state, outcome, undefined);
  }
  if (result === "gone" && outcome !== "touched") drop(state, result);
  return issue(state, typeof result === "object" ? result : undefined);
}

function decide(state: SessionState): Outcome {
  const { kept, draft, renewal } = state;
  const isEmpty = isNothing(state);
  if (!kept) return isEmpty ? "untouched" : "created";
  if (renewal && !isEmpty) return "created";
  if (draft.isChanged()) return "changed";
  const isDue = isExtended(state, kept, expiryOf(state)) || (kept.isStale && state.context.backend.isCookieOnly);
  return isDue ? "touched" : "unchanged";
}

/** Whether nothing is left that would be worth keeping. */
function isNothing({ draft, about }: SessionState): boolean {
  return draft.isEmpty() && about.subject === undefined;
}

/** Writes until no other request comes in between, each time with this one's changes on top of what is kept then. */
async function persist(state: SessionState, outcome: Outcome): Promise<Result> {
  const { context, draft } = state;
  let seen = state.kept;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const result = await write(state, outcome, seen);
    if (result !== "conflict" || !seen) return result;
    context.emit({ type: "conflict-retried", id: seen.id, attempt });
    await backOff(attempt);
    seen = await context.backend.reload(seen);
    const content = seen && (await readContent(context, seen.content));
    if (!content) return "gone";
    state.draft = draft.rebase(content);
  }
  throw new SessionConflictError("Others kept changing the session.");
}

/** @param seen - the session as it is kept, if this request came with one */
async function write(state: SessionState, outcome: Outcome, seen: LoadedSession | undefined): Promise<Result> {
  const { backend, emit } = state.context;
  if (!seen) return backend.create(toStored(state, 1));
  if (outcome === "created") return replace(state, seen);
  const { version } = seen.session;
  if (outcome === "touched") return backend.touch(seen, toStored(state, version));
  if (!isNothing(state)) return backend.update(seen, toStored(state, version + 1));
  const result = await backend.delete(seen, true);
  if (result === "ok") {
    state.kept = undefined;
    state.isDestroyed = true;
    emit({ type: "destroyed", id: seen.id });
  }
  return result;
}

/** A new id: create the new session, delete the old one as it was seen, and only then let the cookie leave. */
async function replace(state: SessionState, old: LoadedSession): Promise<Result> {
  const { backend } = state.context;
  const created = await backend.create(toStored(state, 1));
  let isReplaced = false;
  try {
    const result = await backend.delete(old, true, created);
    isReplaced = result === "ok";
    return isReplaced ? created : result;
  } finally {
    // Its id has gone to nobody, so it could only get in the way of a list of devices.
    if (!isReplaced) await backend.delete(created, false);
  }
}

function drop({ context, kept, ended }: SessionState, reason: DropReason): void {
  context.emit({ type: "write-dropped", id: (kept ?? ended)?.id, reason });
}

function toStored(state: SessionState, version: number): StoredSession {
  const { draft, about } = state;
  const data = draft.encode(version);
  if (data.length > MAX_DATA_LENGTH) throw tooLarge(data.length, MAX_DATA_LENGTH, data);
  return { ...about, data, version, expiresAt: expiryOf(state) };
}

/** The cookies for what is kept now, as far as the browser does not hold them already; removal for what is not. */
function issue(state: SessionState, after?: LoadedSession): Cookies {
  const { context, draft, held, kept: before, isDestroyed } = state;
  const { cookie, backend, now, emit } = context;
  if (!after && !isDestroyed) return NO_COOKIES;
  let parts: readonly string[] = [];
  let maxAge: number | undefined;
  if (after) {
    const { id, ticket, session } = after;
    state.after = after;
    if (!before) emit({ type: "created", id });
    else if (before.id !== id) emit({ type: "regenerated", id, previousId: before.id });
    else if (before.isStale) emit({ type: "reissued", id });

    const isLater = draft.persistent && isExtended(state, before, session.expiresAt);
    if (ticket === before?.ticket && !before.isStale && !isLater && !draft.isPersistenceChanged()) return NO_COOKIES;
    if (draft.persistent) maxAge = Math.max(0, Math.ceil((session.expiresAt - now()) / 1000));
    parts = ticket;
  }
  // Besides the destroyed ones, a part left over from a longer ticket: it would travel with every request.
  const removed = held.map((name) => [name, "", 0] as const);
  const set = parts.map((part, index) => [backend.cookieNames[index] as string, part, maxAge] as const);
  return new Map([...removed, ...set].map((line) => [line[0], cookie.serialize(...line)]));
}

/** Whether a session ends so much later than before that it is worth a write, or a cookie. */
function isExtended({ context }: SessionState, before: LoadedSession | undefined, expiresAt: number): boolean {
  return expiresAt - (before?.session.expiresAt ?? 0) >= Math.max(context.touchInterval, 1);
}
