import { MAX_COOKIE_BYTES } from "./cookie-options.ts";
import type { Draft } from "./draft.ts";
import { SessionConflictError, SessionTooLargeError } from "./errors.ts";
import type { DropReason } from "./events.ts";
import type { Kept } from "./keeper.ts";
import { expiryOf } from "./lifetime.ts";
import { readContent } from "./load.ts";
import type { ManagerContext } from "./options.ts";
import type { SessionState } from "./session.ts";
import type { StoredSession } from "./store.ts";

/** `Set-Cookie` values by cookie name. */
export type Cookies = ReadonlyMap<string, string>;

/** What a request made of its session, and the session as it was loaded. */
type Outcome = ["untouched" | "new"] | ["unchanged" | "changed" | "regenerated", kept: Kept];

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
export async function settle(state: SessionState, isFailure: boolean, canCarryHeaders: boolean): Promise<Cookies> {
  const { context, ended } = state;
  if (ended !== undefined) {
    await context.keeper.delete(ended, false);
    context.emit({ type: "destroyed", id: ended.id });
  }
  const [outcome, kept]: Outcome = isFailure && !context.commitOnError ? ["untouched"] : decide(state);
  if (!canCarryHeaders && needsCookie(state, outcome)) {
    if (outcome !== "unchanged") drop(state, "undeliverable");
    return NO_COOKIES;
  }
  switch (outcome) {
    case "untouched":
      return issue(state);
    case "new":
      return issue(state, await context.keeper.create(toStored(state, state.draft, 1)));
    case "unchanged":
      return issue(state, await extend(state, kept));
    case "changed":
      return issue(state, await update(state, kept));
    case "regenerated":
      return issue(state, await replace(state, kept));
  }
}

function decide(state: SessionState): Outcome {
  const { kept, draft } = state;
  const isEmpty = isNothing(state, draft);
  if (kept === undefined) return [isEmpty ? "untouched" : "new"];
  if (state.renewal !== undefined && !isEmpty) return ["regenerated", kept];
  return [draft.isChanged() ? "changed" : "unchanged", kept];
}

function needsCookie({ context }: SessionState, outcome: Outcome[0]): boolean {
  return outcome === "new" || outcome === "regenerated" || (outcome !== "untouched" && context.keeper.isCookieOnly);
}

/** Whether nothing is left that would be worth keeping. */
function isNothing({ about }: SessionState, draft: Draft): boolean {
  return draft.isEmpty() && about.subject === undefined;
}

/** Keeps alive what did not change: by the touch interval or more, or not at all. */
async function extend(state: SessionState, kept: Kept): Promise<Kept | undefined> {
  const { context, draft, about } = state;
  const { version, expiresAt } = kept.session;
  const isDue = isExtended(context, kept, expiryOf(context, about));
  if (!isDue && !kept.isStale) return kept;
  const stored = toStored(state, draft, version);
  const extended = await context.keeper.touch(kept, isDue ? stored : { ...stored, expiresAt });
  // Gone a moment ago. Nothing was written, so nothing was lost.
  return extended === "gone" ? undefined : extended;
}

/** Writes the changes, on top of whatever others wrote in the meantime. A session left empty ends. */
async function update(state: SessionState, kept: Kept): Promise<Kept | undefined> {
  const { keeper, emit } = state.context;
  const result = await merging(state, kept, (seen, draft) =>
    isNothing(state, draft)
      ? keeper.delete(seen, true)
      : keeper.update(seen, toStored(state, draft, seen.session.version + 1)),
  );
  if (typeof result === "object") return result;
  if (result === "gone") return drop(state, result);
  state.kept = undefined;
  state.isDestroyed = true;
  emit({ type: "destroyed", id: kept.id });
  return undefined;
}

/**
 * A new id: create the new session, delete the old one as it was seen, and only then let the cookie leave. Whoever
 * wrote to the old one meanwhile is merged. If it ended meanwhile, so does this one; except after a login, which keeps
 * what this request wrote and nothing of the ended session.
 */
async function replace(state: SessionState, old: Kept): Promise<Kept | undefined> {
  const { keeper, persistent } = state.context;
  const mine = state.draft;
  let created = await keeper.create(toStored(state, mine, 1));
  const rewrite = async (draft: Draft): Promise<boolean> => {
    if (draft === state.draft) return true;
    const rewritten = await keeper.update(created, toStored(state, draft, created.session.version + 1));
    if (typeof rewritten === "string") return false;
    created = rewritten;
    state.draft = draft;
    return true;
  };
  try {
    const result = await merging(state, old, async (seen, draft) =>
      (await rewrite(draft)) ? keeper.delete(seen, true) : "gone",
    );
    const isKept =
      result === "ok" || (state.renewal === "bind" && (await rewrite(mine.rebase({ d: {}, p: persistent }))));
    if (!isKept) {
      await keeper.delete(created, false);
      return drop(state, "gone");
    }
  } catch (error) {
    // Its id has gone to nobody, so it could only get in the way of a list of devices. The first failure is the one told.
    await keeper.delete(created, false).catch(() => undefined);
    throw error;
  }
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
    // Full jitter: writers that collided once would otherwise collide again, all at the same time.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, 500)));
    const fresh = await context.keeper.reload(seen);
    const content = fresh && (await readContent(context, fresh.content));
    if (fresh === undefined || content === undefined) return "gone";
    seen = fresh;
    draft = mine.rebase(content);
  }
  throw new SessionConflictError("Other requests kept changing this session. Nothing was kept: repeat the request.");
}

function drop({ context, kept, ended }: SessionState, reason: DropReason): undefined {
  context.emit({ type: "write-dropped", id: (kept ?? ended)?.id, reason });
}

function toStored({ context, about }: SessionState, draft: Draft, version: number): StoredSession {
  const data = draft.encode(version);
  if (data.length > MAX_DATA_LENGTH) throw tooLarge(draft, data.length, MAX_DATA_LENGTH);
  return { ...about, data, version, expiresAt: expiryOf(context, about) };
}

/** The cookies for what is kept now, as far as the browser does not hold them already; removal for what is not. */
function issue(state: SessionState, after?: Kept): Cookies {
  const { context, draft, held, kept: before, isDestroyed } = state;
  const { cookie, cookieNames, keeper, now, emit } = context;
  const cookies = new Map<string, string>();

  if (after === undefined) {
    // Nothing is sent to a browser that brought no cookie of ours.
    const names = isDestroyed && held.length > 0 ? cookieNames : [];
    for (const name of names) cookies.set(name, cookie.serialize(name, "", 0));
    return cookies;
  }
  const { id, ticket, session } = after;
  const size = cookie.name.length + ticket.length;
  const parts = size > MAX_COOKIE_BYTES ? keeper.chunking?.split(ticket) : new Map([[cookie.name, ticket]]);
  if (parts === undefined) throw tooLarge(draft, size, MAX_COOKIE_BYTES * cookieNames.length);

  state.after = after;
  if (before === undefined) emit({ type: "created", id });
  else if (before.id !== id) emit({ type: "regenerated", id, previousId: before.id });
  else if (before.isStale) emit({ type: "reissued", id });

  const isDue = draft.persistent && isExtended(context, before, session.expiresAt);
  if (ticket === before?.ticket && !isDue && !draft.isPersistenceChanged()) return cookies;
  const maxAge = draft.persistent ? Math.max(0, Math.ceil((session.expiresAt - now()) / 1000)) : undefined;
  // A part left over from a longer ticket would travel with every request, and count towards the header limit.
  for (const name of held) cookies.set(name, cookie.serialize(name, "", 0));
  for (const [name, part] of parts) cookies.set(name, cookie.serialize(name, part, maxAge));
  return cookies;
}

/** Whether a session ends so much later than before that it is worth a write, or a cookie. */
function isExtended({ touchInterval }: ManagerContext, before: Kept | undefined, expiresAt: number): boolean {
  return expiresAt - (before?.session.expiresAt ?? 0) >= Math.max(touchInterval, 1);
}

function tooLarge(draft: Draft, size: number, limit: number): SessionTooLargeError {
  return new SessionTooLargeError(
    `The session takes ${size} of ${limit} bytes. Largest keys, with their bytes: ${draft.largestKeys()}. Keep less in it, allow more chunks, or use serverSide(store).`,
  );
}
