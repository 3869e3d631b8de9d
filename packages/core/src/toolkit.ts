/**
 * What core is made of, for packages that keep cookies and records of their own beside the session: `@coatcheck/auth`
 * and `@coatcheck/csrf`. An application needs none of it.
 */
export { type AskStore, askStore, type IndexedStore } from "./ask-store.ts";
export { parseBase64Url, toBase64Url, toBytes } from "./base64url.ts";
export { cookieValues } from "./cookie-header.ts";
export { type ResolvedCookie, resolveCookie } from "./cookie-options.ts";
export { assertOption } from "./errors.ts";
export { parseJson } from "./json.ts";
export { type KeyBinding, type KeyRing, keyRing, type RingKey, type Secrets } from "./key-ring.ts";
export { canCarryHeaders, withSessionHeaders as withCookies } from "./response-headers.ts";
export { parseSecrets } from "./secrets.ts";
export { isSessionId as isSecret, newSessionId as newSecret, toStoreKey as toHash } from "./session-id.ts";
export {
  type AnySession,
  bindUnproven,
  isAlive,
  nowOf,
  outcomeOf,
  prepare,
  readNote,
  requestOf,
  type SessionOutcome,
  writeNote,
} from "./session-notes.ts";
