import type { CookieOptions, SessionStore, SubjectIndex } from "@coatcheck/core";
import { askStore, assertOption, newToken, resolveCookie } from "@coatcheck/core/toolkit";
import { loginOf, noteLogin } from "../login/login-info.ts";
import type { AccountExtension, AccountVisit } from "../manager/account-extension.ts";
import { settleRemembered } from "./commit.ts";
import type { RememberEventListener } from "./events.ts";
import { rememberFamilies } from "./families.ts";
import { type Arrival, arrive } from "./restore-session.ts";
import type { RememberContext } from "./settings.ts";

/** Options of {@link rememberMe}. Durations in seconds. */
export interface RememberMeOptions {
  /**
   * Where it is kept who is remembered: any store that compares and swaps and has a subject index. Under a prefix, or in a
   * table, of its own; it may be the one of the sessions where users cannot choose their subject, as one could choose the
   * name of a record.
   */
  readonly store: SessionStore & SubjectIndex;
  /** @default `{ name: "__Host-remember" }` and otherwise as for the session cookie */
  readonly cookie?: CookieOptions;
  /**
   * How long after the login the browser is remembered. Nothing extends it but another login. 400 days at most, as browsers
   * keep no cookie longer.
   * @default 2_592_000, 30 days
   */
  readonly lifetime?: number;
  /**
   * How long a used cookie is still taken for one of a request that was under way: from a parallel tab, or sent again as its
   * response was lost. Later it is taken for stolen. From 10, well above what the clocks of two servers differ by, to 600.
   * @default 60
   */
  readonly grace?: number;
  /** How long the store may take for one operation before the request fails with `STORE_FAILED`. @default 10 */
  readonly timeout?: number;
  /** Told at once; what it throws fails the request. @default none */
  readonly onEvent?: RememberEventListener;
}

/**
 * Remember-me: after `login(session, subject, { remember: true })` the browser logs in by a cookie of its own when its
 * session has ended. That login is not fresh: `session.authenticatedAt` is `undefined`, `loginOf(session).method` is
 * `"remember-me"`.
 *
 * The cookie is used once and replaced. When a used one comes back after its grace, somebody has a copy, and nobody can
 * tell which of the two is the thief: what came of that login ends, the sessions made from it among them
 * (Barry Jaspan, "Improved Persistent Login Cookie Best Practice"). `logout`, `revoke` and `revokeAll` end it as well.
 *
 * Put it first among the extensions, so that the others see the session that it restores.
 *
 * @throws `INVALID_OPTION`
 */
export function rememberMe(options: RememberMeOptions): AccountExtension {
  const context = resolve(options);
  const { families } = context;
  const arrivals = new WeakMap<AccountVisit, Arrival>();

  return {
    remembers: true,

    async opened(visit) {
      arrivals.set(visit, await arrive(context, visit));
    },

    loggedIn(visit, { remember }) {
      const arrival = arrivals.get(visit);
      if (arrival === undefined) return;
      const { session } = visit;
      const { subject } = session;
      const known = subject === arrival.subject ? arrival.browser : undefined;
      const browser = remember === true ? newToken().slice(0, 22) : known;
      arrival.login = { subject, remember, browser };
      if (browser !== undefined) noteLogin(session, { ...loginOf(session), browser });
    },

    credentialsChanged(visit) {
      const arrival = arrivals.get(visit);
      if (arrival !== undefined) arrival.isRenewed = true;
    },

    async committed(visit, outcome) {
      const arrival = arrivals.get(visit);
      if (arrival !== undefined) await settleRemembered(context, visit, arrival, outcome);
    },

    async revoked(revocation, sessions) {
      if ("id" in revocation) {
        const { id } = revocation;
        // A session that is ended with its family would have the family ended again, for ever.
        const membership = families.members.isEnding(id) ? undefined : await families.members.find(id);
        // Otherwise the browser would come back by its cookie.
        if (membership !== undefined) await families.end(membership.group, sessions, "revoked");
        return;
      }
      const { subject, except } = revocation;
      const spared = except === undefined ? undefined : await families.members.find(except);
      for (const key of await families.keysOf(subject)) {
        if (key !== spared?.group) await families.end(key, sessions, "revoked");
      }
    },
  };
}

function resolve(options: RememberMeOptions): RememberContext {
  assertOption(typeof options?.store === "object", "rememberMe needs a store: rememberMe({ store: memoryStore() })");
  const {
    store,
    cookie,
    lifetime = 30 * 24 * 3600,
    grace = 60,
    timeout = 10,
    onEvent: emit = () => undefined,
  } = options;
  const ask = askStore(store, "rememberMe: store", timeout);
  assertOption(
    typeof store.listBySubject === "function" && store.traits.atomic && store.traits.consistency === "strong",
    "rememberMe: store must have listBySubject, compare and swap, and be read as it was last written",
  );
  assertOption([lifetime, grace].every(Number.isFinite), "rememberMe: lifetime and grace must be seconds");
  assertOption(grace >= 10 && grace <= 600, "rememberMe: grace must be seconds from 10 to 600");
  assertOption(
    lifetime > grace && lifetime <= 400 * 24 * 3600,
    "rememberMe: lifetime must be seconds above grace, 400 days at most",
  );
  return {
    cookie: resolveCookie({ name: "__Host-remember", ...cookie }),
    families: rememberFamilies(ask, emit),
    lifetime: lifetime * 1000,
    grace: grace * 1000,
    emit,
  };
}
