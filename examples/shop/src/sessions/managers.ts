import { AccountManager, type AccountManagerOptions, rememberMe, sessionLimit } from "@coatcheck/auth";
import {
  encryptedCookie,
  type SessionMode,
  type SessionStore,
  type SubjectIndex,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { type SessionInspector, sessionInspector } from "@coatcheck/inspector";
import type { ShopData, ShopFlash } from "./session-data.ts";
import { isCookieKind, type Kind } from "./storage-kind.ts";

/** The one place where the kinds differ. @throws `WEAK_SECRET` */
export function modeOf(kind: Kind, store: SessionStore, secret: string): SessionMode {
  switch (kind) {
    case "signed":
      return signedCookie({ secrets: secret, revocations: store });
    case "encrypted":
      return encryptedCookie({ secrets: secret, revocations: store });
    case "sqlite":
    case "redis":
      return serverSide(store, { secrets: secret });
  }
}

/** What {@link optionsOf} needs. */
export interface KindOptions {
  readonly kind: Kind;
  readonly mode: SessionMode;
  readonly store: SessionStore & SubjectIndex;
  readonly now: () => number;
  /** Whether new visitors start with this kind. */
  readonly isInitial: boolean;
}

/** The options of the shop's manager. */
export function optionsOf({ kind, mode, store, now, isInitial }: KindOptions): AccountManagerOptions<ShopData> {
  // Cookies of its own for each kind, so that who switches finds each session as it was left. The kind that visitors
  // start with has the names that a shop with one kind would have.
  const suffix = isInitial ? "" : `-${kind}`;
  const remember = rememberMe({ store, cookie: { name: `__Host-remember${suffix}` } });
  return {
    mode,
    now,
    cookie: { name: `__Host-session${suffix}` },
    extensions: isCookieKind(kind) ? [remember] : [remember, sessionLimit({ max: 5 })],
  };
}

/**
 * Both managers use one mode: what is sealed or signed is bound to the name of its cookie. The inspector shows sessions of
 * the shop, and is told of their events.
 */
export function makeManagers(options: AccountManagerOptions<ShopData>): {
  readonly shop: AccountManager<ShopData, ShopFlash>;
  readonly admin: AccountManager<object, ShopFlash>;
  readonly inspector: SessionInspector;
} {
  const { mode, now, cookie } = options;
  const inspector = sessionInspector(options);
  const shop = new AccountManager<ShopData, ShopFlash>({ ...options, onEvent: inspector.onEvent });
  const admin = new AccountManager<object, ShopFlash>({
    mode,
    ...(now && { now }),
    cookie: { name: `${cookie?.name}`.replace("session", "admin"), sameSite: "strict" },
    lifetime: { idle: 15 * 60, absolute: 12 * 3600 },
  });
  return { shop, admin, inspector };
}
