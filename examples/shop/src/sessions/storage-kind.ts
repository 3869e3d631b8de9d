/** Where sessions can be kept. */
export type Kind = "signed" | "encrypted" | "sqlite" | "redis";

/** What people are told of a kind, one short sentence each. */
export interface KindWords {
  readonly title: string;
  /** What a session is there, in a few words. */
  readonly what: string;
  /** Where the data is. */
  readonly where: string;
  /** What a logout does. */
  readonly logout: string;
  /** What happens to requests that change a session at the same time. */
  readonly parallel: string;
}

export const kindWords: Readonly<Record<Kind, KindWords>> = {
  signed: {
    title: "Signed cookie",
    what: "in the cookie, readable and signed",
    where: "The whole session is in the cookie: everybody can read it, nobody can change it.",
    logout: "A logout is noted on the server, so that a copy of the cookie is refused.",
    parallel: "Of parallel requests the last response wins.",
  },
  encrypted: {
    title: "Encrypted cookie",
    what: "in the cookie, encrypted",
    where: "The whole session is in the cookie, and only the server can read it.",
    logout: "A logout is noted on the server, so that a copy of the cookie is refused.",
    parallel: "Of parallel requests the last response wins.",
  },
  sqlite: {
    title: "SQLite",
    what: "a row in a file on the server",
    where: "The session is a row in a file on the server; the cookie holds a random id.",
    logout: "A logout deletes the row.",
    parallel: "Parallel requests are merged, and none is lost.",
  },
  redis: {
    title: "Redis",
    what: "a key in Redis",
    where: "The session is in Redis, which many servers can share; the cookie holds a random id.",
    logout: "A logout deletes the key.",
    parallel: "Parallel requests are merged, and none is lost.",
  },
};

export const kindNames = Object.keys(kindWords) as readonly Kind[];

/** Whether the cookie holds the session, and not the server. */
export function isCookieKind(kind: Kind): boolean {
  return kind === "signed" || kind === "encrypted";
}

/** The kind of that name; `server` is what SQLite was called when there were three. */
export function parseKind(name: unknown): Kind | undefined {
  return name === "server" ? "sqlite" : kindNames.find((kind) => kind === name);
}
