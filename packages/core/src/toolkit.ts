/**
 * What core is made of, for packages that keep cookies and records of their own beside the session: `@coatcheck/auth`
 * and `@coatcheck/csrf`. An application needs none of it.
 */

export { cookieValues } from "./cookies/cookie-header.ts";
export { type ResolvedCookie, resolveCookie } from "./cookies/cookie-options.ts";
export { canCarryHeaders, withSessionHeaders as withCookies } from "./cookies/response-headers.ts";
export { type KeyBinding, type KeyRing, keyRing, type RingKey, type Secrets } from "./crypto/key-ring.ts";
export { parseSecrets } from "./crypto/secrets.ts";
export { isToken, newToken, sha256 } from "./crypto/session-id.ts";
export { assertOption } from "./errors.ts";
export { parseBase64Url, toBase64Url, toBytes } from "./lib/base64url.ts";
export { parseJson } from "./lib/json.ts";
export {
  type AnySession,
  bindUnproven,
  getExtensionData,
  isAlive,
  nowOf,
  outcomeOf,
  prepare,
  requestOf,
  type SessionOutcome,
  setExtensionData,
} from "./session/extension-data.ts";
export { type AskStore, askStore, type IndexedStore } from "./stores/guarded-store.ts";
