import type { CookieOptions, SessionStore, SubjectIndex } from "@coatcheck/core";
import { assertOption, newToken, resolveCookie } from "@coatcheck/core/toolkit";
import { indexedStore } from "../lib/indexed-store.ts";
import { loginOf, setLoginInfo } from "../login/login-info.ts";
import type { AccountExtension, ExtensionContext, RequestExtension } from "../manager/account-extension.ts";
import { commitRemembered } from "./commit.ts";
import type { RememberEventListener } from "./events.ts";
import { rememberFamilies } from "./families.ts";
import { type RememberState, restoreSession } from "./restore-session.ts";
import type { RememberSettings } from "./settings.ts";

/** Options of {@link rememberMe}. Durations in seconds. */
export interface RememberMeOptions {
  /**
   * Stores who is remembered. Any store with compare-and-swap and a subject index, in a table or under a prefix of its
   * own. It may be the store of the sessions if users cannot choose their subject, because otherwise a user could
   * choose the name of a record.
   */
  readonly store: SessionStore & SubjectIndex;
  /** @default `{ name: "__Host-remember" }`, and otherwise as for the session cookie */
  readonly cookie?: CookieOptions;
  /**
   * How long after the login the browser is remembered. Only another login extends it. At most 400 days, because
   * browsers store no cookie longer.
   * @default 2_592_000, 30 days
   */
  readonly lifetime?: number;
  /**
   * How long a used cookie is still accepted: it may come from a parallel tab, or from a browser that lost the response
   * with the new one. After that it counts as stolen. From 10, which is well above the difference between the clocks of
   * two servers, to 600.
   * @default 60
   */
  readonly grace?: number;
  /** How long the store may take for one operation before the request fails with `STORE_FAILED`. @default 10 */
  readonly timeout?: number;
  /** Called synchronously for every event. An exception fails the request. @default none */
  readonly onEvent?: RememberEventListener;
}

const DEFAULT_LIFETIME = 30 * 24 * 3600;
const MAX_LIFETIME = 400 * 24 * 3600;
const DEFAULT_GRACE = 60;

/** Length of `LoginInfo.browser`: 128 random bits in base64url. */
const BROWSER_LENGTH = 22;

/**
 * Remember-me. After `login(session, subject, { remember: true })` the browser logs in by a cookie of its own when its
 * session has ended. Such a login is not fresh: `session.authenticatedAt` is `undefined`, and `loginOf(session).method`
 * is `"remember-me"`.
 *
 * The cookie is used once and then replaced. When a used cookie comes back after its grace period, a copy of it exists,
 * and nothing tells whether the user or the thief sent it. Everything that came from that login then ends, including
 * the sessions (Barry Jaspan, "Improved Persistent Login Cookie Best Practice"). `logout`, `revoke` and `revokeAll` end
 * it too.
 *
 * Put it first among the extensions, so that the others see the session that it restores.
 *
 * @throws `INVALID_OPTION`
 */
export function rememberMe(options: RememberMeOptions): AccountExtension {
  const settings = resolveSettings(options);
  const { families } = settings;
  return {
    handlesRemember: true,
    forRequest: (context) => rememberRequest(settings, context),

    async onRevoke(revocation, sessions) {
      if ("id" in revocation) {
        const { id } = revocation;
        // A session that is ended with its family must not end the family again, without end.
        const membership = families.members.isEnding(id) ? undefined : await families.members.find(id);
        // The family too, because the browser would otherwise log in again by its cookie.
        if (membership !== undefined) await families.end(membership.family, sessions, "revoked");
        return;
      }
      const { subject, except } = revocation;
      const spared = except === undefined ? undefined : await families.members.find(except);
      for (const key of await families.keysOf(subject)) {
        if (key !== spared?.family) await families.end(key, sessions, "revoked");
      }
    },
  };
}

function rememberRequest(settings: RememberSettings, context: ExtensionContext): RequestExtension {
  const { session } = context;
  let state: RememberState | undefined;
  return {
    async onOpen() {
      state = await restoreSession(settings, context);
    },

    onLogin({ remember }) {
      if (state === undefined) return;
      const { subject } = session;
      const knownBrowser = subject === state.subject ? state.browser : undefined;
      const browser = remember === true ? newToken().slice(0, BROWSER_LENGTH) : knownBrowser;
      state.login = { subject, remember, browser };
      if (browser !== undefined) setLoginInfo(session, { ...loginOf(session), browser });
    },

    onCredentialsChange() {
      if (state !== undefined) state.haveCredentialsChanged = true;
    },

    async onCommit(outcome) {
      if (state !== undefined) await commitRemembered(settings, context, state, outcome);
    },
  };
}

function resolveSettings(options: RememberMeOptions): RememberSettings {
  assertOption(typeof options?.store === "object", "rememberMe needs a store: rememberMe({ store: memoryStore() })");
  const {
    store,
    cookie,
    lifetime = DEFAULT_LIFETIME,
    grace = DEFAULT_GRACE,
    timeout,
    onEvent: emit = () => undefined,
  } = options;
  const guarded = indexedStore(store, { option: "rememberMe: store", timeout });
  assertOption(
    store.traits.atomic && store.traits.consistency === "strong",
    "rememberMe: store must compare and swap, and its reads must be strongly consistent",
  );
  assertOption([lifetime, grace].every(Number.isFinite), "rememberMe: lifetime and grace must be numbers of seconds");
  assertOption(grace >= 10 && grace <= 600, "rememberMe: grace must be 10 to 600 seconds");
  assertOption(
    lifetime > grace && lifetime <= MAX_LIFETIME,
    "rememberMe: lifetime must be longer than grace, and at most 400 days, in seconds",
  );
  return {
    cookie: resolveCookie({ name: "__Host-remember", ...cookie }),
    families: rememberFamilies(guarded, emit),
    lifetime: lifetime * 1000,
    grace: grace * 1000,
    emit,
  };
}
