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
import { isCookieKind, type StorageKind } from "./storage-kind.ts";

/** The only place where the kinds of storage differ. @throws `WEAK_SECRET` */
export function createMode(kind: StorageKind, store: SessionStore, secret: string): SessionMode {
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

/** Arguments of {@link managerOptions}. */
export interface ManagerSettings {
  readonly kind: StorageKind;
  readonly mode: SessionMode;
  readonly store: SessionStore & SubjectIndex;
  readonly now: () => number;
  /** Whether new visitors start with this kind. */
  readonly isInitial: boolean;
}

/** The options of the manager for the shop's sessions. */
export function managerOptions(settings: ManagerSettings): AccountManagerOptions<ShopData> {
  const { kind, mode, store, now, isInitial } = settings;
  // Each kind has its own cookies, so a visitor who switches back finds the session unchanged. The initial kind has the
  // cookie names that a shop with a single kind would have.
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
 * Creates the managers for the shop and for the admin area, and the inspector of the shop's sessions. One mode serves
 * both managers, because every cookie is bound to its name.
 */
export function createManagers(options: AccountManagerOptions<ShopData>): {
  readonly shopSessions: AccountManager<ShopData, ShopFlash>;
  readonly adminSessions: AccountManager<object, ShopFlash>;
  readonly inspector: SessionInspector;
} {
  const { mode, now, cookie } = options;
  const inspector = sessionInspector(options);
  const shopSessions = new AccountManager<ShopData, ShopFlash>({ ...options, onEvent: inspector.onEvent });
  const adminSessions = new AccountManager<object, ShopFlash>({
    mode,
    ...(now && { now }),
    cookie: { name: `${cookie?.name}`.replace("session", "admin"), sameSite: "strict" },
    lifetime: { idle: 15 * 60, absolute: 12 * 3600 },
  });
  return { shopSessions, adminSessions, inspector };
}
