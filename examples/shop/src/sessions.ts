import { AccountManager, rememberMe, sessionLimit } from "@coatcheck/auth";
import {
  encryptedCookie,
  memoryStore,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";

/** What the shop remembers of a visitor. Whether they are logged in is `session.subject`, and no data. */
export interface ShopData {
  username: string;
  cart: string[];
  theme: Theme;
}

export type Theme = "light" | "dark";
export type Mode = "server" | "signed" | "encrypted";

/** The sessions of the shop and those of its admin area: two cookies, two lifetimes, one store. */
export interface ShopSessions {
  readonly mode: Mode;
  readonly shop: AccountManager<ShopData>;
  readonly admin: AccountManager;
}

/** The values of `MODE`, and what each means. */
export const modes: Readonly<Record<Mode, string>> = {
  server: "sessions are kept in the server's memory, the cookie holds a random id",
  signed: "the cookie holds the session, readable and signed",
  encrypted: "the cookie holds the session, encrypted",
};

export function isMode(value: string): value is Mode {
  return Object.hasOwn(modes, value);
}

export function isTheme(value: string): value is Theme {
  return value === "light" || value === "dark";
}

/**
 * The one place where the modes differ.
 *
 * @param now - the clock, epoch milliseconds
 * @throws `WEAK_SECRET`
 */
export function createSessions(mode: Mode, secret: string, now: () => number = Date.now): ShopSessions {
  const store = memoryStore({ now });
  // Both managers can use it: what is sealed or signed is bound to the name of its cookie.
  const sessionMode = toSessionMode(mode, store, secret);
  const remember = rememberMe({ store });
  const shop = new AccountManager<ShopData>({
    mode: sessionMode,
    now,
    // Nobody can count the sessions of a user that are kept in cookies only.
    extensions: mode === "server" ? [remember, sessionLimit({ max: 5 })] : [remember],
  });
  const admin = new AccountManager({
    mode: sessionMode,
    now,
    cookie: { name: "__Host-admin", sameSite: "strict" },
    lifetime: { idle: 15 * 60, absolute: 12 * 3600 },
  });
  return { mode, shop, admin };
}

/**
 * Ends all sessions of a user, in the shop and in the admin area, and forgets their browsers. In the mode `server` the
 * shop's manager finds those of the admin area too, as they are in its store; in a cookie mode each ends its own.
 *
 * @param except - the id of one to leave
 */
export async function endSessions(
  { shop, admin }: ShopSessions,
  subject: string,
  { except }: { readonly except?: string | undefined } = {},
): Promise<void> {
  await admin.revokeAll(subject, { except });
  await shop.revokeAll(subject, { except });
}

function toSessionMode(mode: Mode, store: SessionStore, secret: string): SessionMode {
  switch (mode) {
    case "server":
      return serverSide(store, { secrets: secret });
    case "signed":
      return signedCookie({ secrets: secret, revocations: store });
    case "encrypted":
      return encryptedCookie({ secrets: secret, revocations: store });
  }
}
