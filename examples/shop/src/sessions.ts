import {
  encryptedCookie,
  memoryStore,
  SessionManager,
  type SessionMode,
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
export type ShopSessions = SessionManager<ShopData>;

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

/** The one place where the modes differ. @throws `WEAK_SECRET` */
export function createSessions(mode: Mode, secret: string): ShopSessions {
  return new SessionManager({ mode: toSessionMode(mode, secret) });
}

function toSessionMode(mode: Mode, secret: string): SessionMode {
  switch (mode) {
    case "server":
      return serverSide(memoryStore(), { secrets: secret });
    case "signed":
      return signedCookie({ secrets: secret });
    case "encrypted":
      return encryptedCookie({ secrets: secret });
  }
}
