/** The kinds of session storage that the shop offers. */
export type StorageKind = "signed" | "encrypted" | "sqlite" | "redis";

/** How the pages describe a kind of storage: a short sentence each. */
export interface StorageDescription {
  readonly title: string;
  /** The storage in a few words. */
  readonly summary: string;
  /** Where the data is. */
  readonly location: string;
  /** What a logout does. */
  readonly logout: string;
  /** What happens when several requests change a session at the same time. */
  readonly parallel: string;
}

export const storageDescriptions: Readonly<Record<StorageKind, StorageDescription>> = {
  signed: {
    title: "Signed cookie",
    summary: "in the cookie, signed but readable",
    location: "The whole session is in the cookie: everyone can read it, only the server can change it.",
    logout: "A logout is recorded on the server, so a copy of the cookie stops working.",
    parallel: "With parallel requests, the last response wins.",
  },
  encrypted: {
    title: "Encrypted cookie",
    summary: "in the cookie, encrypted",
    location: "The whole session is in the cookie, and only the server can read it.",
    logout: "A logout is recorded on the server, so a copy of the cookie stops working.",
    parallel: "With parallel requests, the last response wins.",
  },
  sqlite: {
    title: "SQLite",
    summary: "a row in a database file on the server",
    location: "The session is a row in a database file on the server; the cookie holds a random id.",
    logout: "A logout deletes the row.",
    parallel: "Parallel requests are merged, and no change is lost.",
  },
  redis: {
    title: "Redis",
    summary: "a key in Redis",
    location: "The session is in Redis, which many servers can share; the cookie holds a random id.",
    logout: "A logout deletes the key.",
    parallel: "Parallel requests are merged, and no change is lost.",
  },
};

export const storageKinds = Object.keys(storageDescriptions) as readonly StorageKind[];

/** Whether the session itself is in the cookie, rather than on the server. */
export function isCookieKind(kind: StorageKind): boolean {
  return kind === "signed" || kind === "encrypted";
}

/** Finds a kind by name. Earlier versions of the shop called SQLite `server`, and that name is still accepted. */
export function parseKind(name: unknown): StorageKind | undefined {
  return name === "server" ? "sqlite" : storageKinds.find((kind) => kind === name);
}
