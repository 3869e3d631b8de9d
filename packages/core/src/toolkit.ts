/**
 * The building blocks of the core, for packages that extend it: they keep cookies and records of their own beside the
 * session, or take part in its lifecycle. `@coatcheck/auth`, `@coatcheck/csrf` and `@coatcheck/inspector` use them.
 * Applications do not need them.
 */

export { type Chunking, chunkingOver } from "./cookies/chunks.ts";
export { cookieValues, trimBlanks } from "./cookies/cookie-header.ts";
export { type ResolvedCookie, resolveCookie } from "./cookies/cookie-options.ts";
export { MAX_COOKIE_BYTES } from "./cookies/session-size.ts";
export { type KeyBinding, type KeyRing, keyRing, type RingKey, type Secrets } from "./crypto/key-ring.ts";
export { parseSecrets } from "./crypto/secrets.ts";
export { isToken, newToken, sha256 } from "./crypto/session-id.ts";
export { assertOption } from "./errors.ts";
export { parseBase64Url, toBase64Url, toBytes } from "./lib/base64url.ts";
export { isRecord } from "./lib/is-record.ts";
export { parseJson } from "./lib/json.ts";
export type { AnySession } from "./session/any-session.ts";
export { getExtensionData, setExtensionData } from "./session/extension-data.ts";
export { resolveLifetime } from "./session/options.ts";
export {
  bindUnproven,
  isAlive,
  nowOf,
  requestHooksOf,
  requestOf,
  setRequestHooks,
} from "./session/request-access.ts";
export type { CommitOutcome, RequestHooks } from "./session/request-hooks.ts";
export { type GuardedStore, type GuardedStoreOptions, guardedStore } from "./stores/guarded-store.ts";
export {
  decodeContent,
  type ExtensionData,
  encodeContent,
  type FlashMessage,
  type SessionContent,
} from "./stores/session-content.ts";
