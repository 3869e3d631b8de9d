import { MAX_COOKIE_BYTES } from "./cookie-options.ts";
import { type Draft, emptyContent } from "./draft.ts";
import { SessionConflictError, SessionTooLargeError } from "./errors.ts";
import type { DropReason } from "./events.ts";
import type { Kept } from "./keeper.ts";
import { expiryOf } from "./lifetime.ts";
import { readContent } from "./load.ts";
import type { ManagerContext } from "./options.ts";
import type { SessionState } from "./session.ts";
import type { StoredSession } from "./store.ts";
import { splitTicket } from "./ticket-cookies.ts";

/** `Set-Cookie` values by cookie name. */
type Cookies = ReadonlyMap<string, string>;

/** What the response allows. */
export interface ResponseKind {
  /** The handler threw, or answered 500 or above. */
  readonly isFailure: boolean;
  /** Headers can be set on it. */
  readonly canCarryHeaders: boolean;
}

type Outcome = "untouched" | "new" | "unchanged" | "changed" | "regenerated" | "destroyed" | "undeliverable";

/** Characters of session data a store is given at most. */
const MAX_DATA_LENGTH = 1_048_576;

/** Attempts at a write that others keep overtaking. With their back-off: some seconds, and room for hundreds of writers. */
const MAX_ATTEMPTS = 40;

/**
 * The end of a request's session: decides, writes what changed, and only after the store confirmed it says which
 * cookies leave.
 *
 * @throws `STORE_FAILED`, `SESSION_CONFLICT`, `SESSION_TOO_LARGE`, `NOT_SERIALIZABLE`; no cookie leaves then
 */
export async function settle(state: SessionState, response: ResponseKind): Promise<Cookies> {
  const before = state.kept as Kept;
  switch (decide(state, response)) {
    case "untouched":
      return new Map();
    case "undeliverable":
      return drop(state, "undeliverable");
    case "new":
      return create(state);
    case "unchanged":
      return issue(state, await extend(state, before));
    case "changed":
      return issue(state, await update(state, before));
    case "regenerated":
      return issue(state, await replace(state, before));
    case "destroyed": {
      await end(state);
      const next = decide({ ...state, isDestroyed: false }, response);
      return next === "new" ? create(state) : next === "undeliverable" ? drop(state, next) : removeCookies(state);
    }
  }
}

function decide(state: SessionState, { isFailure, canCarryHeaders }: ResponseKind): Outcome {
  const { context, kept, draft } = state;
  if (state.isDestroyed) return "destroyed";
  if (isFailure && !context.commitOnError) return "untouched";
  const isEmpty = draft.isEmpty() && state.subject === undefined;
  const canSend = (outcome: Outcome) => (canCarryHeaders ? outcome : "undeliverable");
  if (kept === undefined) return isEmpty ? "untouched" : canSend("new");
  if (state.renewal !== "none" && !isEmpty) return canSend("regenerated");
  const isWritable = canCarryHeaders || !context.keeper.isCookieOnly;
  if (draft.isChanged()) return isWritable ? "changed" : "undeliverable";
  return isWritable ? "unchanged" : "untouched";
}

async function create(state: SessionState): Promise<Cookies> {
  const kept = await state.context.keeper.create(toStored(state, state.draft, 1));
  state.context.emit({ type: "created", id: kept.id });
  return issue(state, kept);
}

/** Nothing changed: the session is only kept alive, by the touch interval or more, or not at all. */
async function extend(state: SessionState, kept: Kept): Promise<Kept | "ended"> {
  const { context, draft } = state;
  if (!isExtended(context, kept, expiryOf(context, state))) return kept;
  const extended = await context.keeper.touch(kept, toStored(state, draft, kept.session.version));
  // Nothing was written, so nothing was lost: the session just ended a moment ago.
  return extended === "gone" ? "ended" : extended;
}

/** Writes the changes, on top of whatever others wrote in the meantime. A session left empty ends. */
async function update(state: SessionState, kept: Kept): Promise<Kept | "gone" | "emptied"> {
  const { keeper, emit } = state.context;
  const result = await merging(state, kept, (seen, draft) =>
    draft.isEmpty() && state.subject === undefined
      ? keeper.delete(seen, true)
      : keeper.update(seen, toStored(state, draft, seen.session.version + 1)),
  );
  if (result !== "ok") return result;
  emit({ type: "destroyed", id: kept.id });
  return "emptied";
}

/**
 * A new id: create the new session, delete the old one as it was seen, and only then let the cookie leave. Whoever
 * wrote to the old one meanwhile is merged. If it ended meanwhile, so does this one; except after a login, which keeps
 * what this request wrote and nothing of the ended session.
 */
async function replace(state: SessionState, old: Kept): Promise<Kept | "gone"> {
  const { keeper, emit, persistent } = state.context;
  const mine = state.draft;
  let created = await keeper.create(toStored(state, mine, 1));
  const write = async (draft: Draft) => {
    if (draft === state.draft) return true;
    const result = await keeper.update(created, toStored(state, draft, created.session.version + 1));
    if (typeof result === "string") return false;
    created = result;
    state.draft = draft;
    return true;
  };
  try {
    const result = await merging(state, old, async (seen, draft) =>
      (await write(draft)) ? keeper.delete(seen, true) : "gone",
    );
    const isKept =
      result === "ok" || (state.renewal === "bind" && (await write(mine.rebase(emptyContent(persistent)))));
    if (!isKept) {
      await keeper.delete(created, false);
      return "gone";
    }
  } catch (error) {
    // Its id has gone to nobody, so it could only get in the way of a list of devices. The first failure is the one told.
    await keeper.delete(created, false).catch(() => undefined);
    throw error;
  }
  emit({ type: "regenerated", id: created.id, previousId: old.id });
  return created;
}

/**
 * Runs `write` until no other request comes in between, each time with this request's changes on top of the session as
 * it is then.
 */
async function merging(
  state: SessionState,
  kept: Kept,
  write: (seen: Kept, draft: Draft) => Promise<Kept | "ok" | "gone" | "conflict">,
): Promise<Kept | "ok" | "gone"> {
  const { context, draft: mine } = state;
  let seen = kept;
  let draft = mine;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const result = await write(seen, draft);
    if (result !== "conflict") {
      state.draft = draft;
      return result;
    }
    context.emit({ type: "conflict-retried", id: kept.id, attempt });
    await backOff(attempt);
    const fresh = await context.keeper.reload(seen);
    const content = fresh === "gone" ? undefined : await readContent(context, fresh.content);
    if (fresh === "gone" || content === undefined) return "gone";
    seen = fresh;
    draft = mine.rebase(content);
  }
  throw new SessionConflictError(
    `Other requests kept changing this session during ${MAX_ATTEMPTS} attempts to write it. Nothing was kept: repeat the request.`,
  );
}

/** Full jitter: writers that collided once would otherwise collide again, all at the same time. */
function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, 500)));
}

async function end({ context, ended }: SessionState): Promise<void> {
  if (ended === undefined) return;
  await context.keeper.delete(ended, false);
  context.emit({ type: "destroyed", id: ended.id });
}

function drop({ context, kept, ended }: SessionState, reason: DropReason): Cookies {
  context.emit({ type: "write-dropped", id: (kept ?? ended)?.id, reason });
  return new Map();
}

function toStored(state: SessionState, draft: Draft, version: number): StoredSession {
  const { context, createdAt, subject, authenticatedAt } = state;
  const data = draft.encode(version);
  if (data.length > MAX_DATA_LENGTH) throw tooLarge(draft, data.length, MAX_DATA_LENGTH);
  return {
    data,
    version,
    createdAt,
    expiresAt: expiryOf(context, state),
    ...(subject !== undefined && { subject }),
    ...(authenticatedAt !== undefined && { authenticatedAt }),
  };
}

/** The cookies for what is kept now, as far as the browser does not hold them already. */
async function issue(state: SessionState, after: Kept | "gone" | "ended" | "emptied"): Promise<Cookies> {
  const { context, draft, kept: before } = state;
  const { cookie, keeper } = context;
  if (after === "gone") return drop(state, after);
  if (after === "ended") return new Map();
  state.kept = after === "emptied" ? undefined : after;
  if (after === "emptied") return removeCookies(state);

  const kept = after.isStale ? await keeper.reissue(after, toStored(state, draft, after.session.version)) : after;
  state.kept = kept;
  if (before?.isStale) context.emit({ type: "reissued", id: kept.id });

  const { expiresAt } = kept.session;
  const needsMaxAge = draft.isPersistenceChanged || (draft.persistent && isExtended(context, before, expiresAt));
  if (kept.ticket === before?.ticket && !needsMaxAge) return new Map();

  const parts = splitTicket(kept.ticket, cookie, keeper.chunking);
  if (parts === undefined) {
    const limit = MAX_COOKIE_BYTES * (keeper.chunking?.names.length ?? 1);
    throw tooLarge(draft, cookie.name.length + kept.ticket.length, limit);
  }
  const maxAge = draft.persistent ? Math.max(0, Math.ceil((expiresAt - context.now()) / 1000)) : undefined;
  const cookies = new Map([...parts].map(([name, part]) => [name, cookie.serialize(name, part, maxAge)]));
  // A part left over from a longer ticket would travel with every request, and count towards the header limit.
  for (const name of state.cookieNames) if (!cookies.has(name)) cookies.set(name, cookie.serialize(name, "", 0));
  return cookies;
}

/** Whether a session ends so much later than before that it is worth a write, or a cookie. */
function isExtended({ touchInterval }: ManagerContext, before: Kept | undefined, expiresAt: number): boolean {
  return expiresAt - (before?.session.expiresAt ?? 0) >= Math.max(touchInterval, 1);
}

/** Removes what the browser may hold. Nothing is sent to one that brought no cookie of ours. */
function removeCookies({ context: { cookie, keeper }, cookieNames }: SessionState): Cookies {
  const names = cookieNames.length === 0 ? [] : (keeper.chunking?.names ?? cookieNames);
  return new Map(names.map((name) => [name, cookie.serialize(name, "", 0)]));
}

function tooLarge(draft: Draft, size: number, limit: number): SessionTooLargeError {
  return new SessionTooLargeError(
    `The session takes ${size} of ${limit} bytes. Largest keys: ${draft.largestKeys()}. Keep less in it, or keep it on the server: serverSide(store). Cookie modes can also spread it (chunks).`,
  );
}
