import { SessionCommittedError } from "../errors.ts";
import type { ExtensionData } from "../stores/session-content.ts";
import type { AnySession } from "./any-session.ts";
import { EXTENSION_DATA } from "./draft.ts";
import { stateOf } from "./session-handle.ts";

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
