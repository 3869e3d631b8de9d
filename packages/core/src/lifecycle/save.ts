import { sessionTooLarge } from "../cookies/session-size.ts";
import { SessionConflictError } from "../errors.ts";
import { backOff } from "../lib/back-off.ts";
import type { LoadedSession } from "../modes/backend.ts";
import { expiryOf } from "../session/lifetime.ts";
import type { SessionState } from "../session/session-state.ts";
import { emptyContent } from "../stores/session-content.ts";
import type { StoredSession } from "../stores/store.ts";
import { readContent } from "./load.ts";

/**
 * What is written: a new session; the session under a new id; new content; nothing, because the session was left empty; or
 * a later expiry.
 */
export type Change = "create" | "replace" | "update" | "delete" | "touch";

/** The session as it is stored now, or why it is not. */
type Saved = LoadedSession | "deleted" | "gone";

/** Characters of session data that a store is given at most. */
const MAX_DATA_LENGTH = 1_048_576;

/** With their back-off, some seconds of attempts: enough for hundreds of parallel writers. */
const MAX_ATTEMPTS = 40;

/**
 * Writes the change. When other requests wrote first, repeats this request's changes on top of what is stored then.
 *
 * @throws `SESSION_CONFLICT`, `STORE_FAILED`, `SESSION_TOO_LARGE`, `NOT_SERIALIZABLE`
 */
export async function saveSession(state: SessionState, change: Change): Promise<Saved> {
  const { draft, loaded, newId } = state;
  const { context } = state.scope;
  const { backend } = context;
  if (loaded === undefined) return backend.create(toStored(state, 1));

  let current: LoadedSession = loaded;
  let attempt = 0;
  while (attempt < MAX_ATTEMPTS) {
    const result = await write(state, change, current);
    if (result === "gone") return newId === "bind" ? createInstead(state, draft) : "gone";
    if (result !== "conflict") return result;
    attempt += 1;
    context.emit({ type: "conflict-retried", id: current.id, attempt });
    await backOff(attempt);
    const newer = await backend.reload(current);
    const content = newer && (await readContent(context, newer.content));
    if (newer === undefined || content === undefined) return newId === "bind" ? createInstead(state, draft) : "gone";
    current = newer;
    state.draft = draft.rebase(content);
  }
  throw new SessionConflictError(`Other requests changed the session during all ${MAX_ATTEMPTS} attempts to write it.`);
}

/** Whether there is nothing to store. */
export function isEmpty({ draft, metadata }: SessionState): boolean {
  return draft.isEmpty() && metadata.subject === undefined;
}

async function write(state: SessionState, change: Change, current: LoadedSession): Promise<Saved | "conflict"> {
  const { backend } = state.scope.context;
  const { version } = current.session;
  switch (change) {
    case "replace":
      return replace(state, current);
    case "touch":
      return backend.touch(current, toStored(state, version));
    default:
      return isEmpty(state) ? deleteEmptied(state, current) : backend.update(current, toStored(state, version + 1));
  }
}

/** Deletes a session only at the version that was seen: another request may have filled it meanwhile. */
async function deleteEmptied(state: SessionState, current: LoadedSession): Promise<"deleted" | "conflict" | "gone"> {
  const result = await state.scope.context.backend.delete(current, true);
  return result === "ok" ? "deleted" : result;
}

/** Changes the id: creates the new session and deletes the old one at the version that was seen. */
async function replace(state: SessionState, old: LoadedSession): Promise<LoadedSession | "conflict" | "gone"> {
  const { backend } = state.scope.context;
  const created = await backend.create(toStored(state, 1));
  let isReplaced = false;
  try {
    const result = await backend.delete(old, true, created);
    isReplaced = result === "ok";
    return result === "ok" ? created : result;
  } finally {
    // The new id was given to no browser, and would only show up in a list of devices.
    if (!isReplaced) await backend.delete(created, false);
  }
}

/** The session ended meanwhile. A login still counts, with what its request wrote and nothing of the ended session. */
function createInstead(state: SessionState, draft: SessionState["draft"]): Promise<LoadedSession> {
  const { backend, persistent } = state.scope.context;
  state.draft = draft.rebase(emptyContent(persistent));
  return backend.create(toStored(state, 1));
}

function toStored(state: SessionState, version: number): StoredSession {
  const { draft, metadata } = state;
  const data = draft.encode(version);
  if (data.length > MAX_DATA_LENGTH) {
    throw sessionTooLarge(data.length, MAX_DATA_LENGTH, Object.fromEntries(draft.dataEntries()));
  }
  return { ...metadata, data, version, expiresAt: expiryOf(state) };
}
