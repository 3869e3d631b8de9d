import type { Answer, Application, Handle, Library, Setup } from "./library.ts";

/** A line of the table. */
export interface Question {
  /** As it stands in the first column. */
  readonly text: string;
  readonly ask: (library: Library, setup: Setup) => Promise<string>;
}

/** What is asked of those that keep sessions in a store. */
export const storeQuestions: readonly Question[] = [
  {
    text: "A slow request ends after a logout",
    ask: async (...to) => ((await staysEnded(...to)) ? "stays logged out" : "**logs in again**"),
  },
  {
    text: "Two requests write different keys",
    ask: async (...to) => ((await keepsBoth(...to)) ? "both saved" : "**one lost**"),
  },
  { text: "`cart.push(…)` without `set`", ask: async (...to) => ((await keepsNested(...to)) ? "saved" : "**lost**") },
  { text: "A visitor who only reads gets", ask: whatReadingLeaves },
  { text: "The store fails during a write", ask: whatFailureLeaves },
  { text: "`Vary: Cookie` after a read", ask: async (...to) => ((await varies(...to)) ? "yes" : "**no**") },
  { text: "`no-store` when a cookie is set", ask: async (...to) => ((await isUncached(...to)) ? "yes" : "**no**") },
  {
    text: "The secret `secret`",
    ask: async (library) => ((await takes(library, "secret")) ? "**accepted**" : "rejected"),
  },
  { text: "Default cookie attributes", ask: attributes },
];

/** What is asked of those that keep sessions in the cookie. */
export const cookieQuestions: readonly Question[] = [
  {
    text: "A copied cookie after a logout",
    ask: async (...to) => ((await copyWorks(...to)) ? "**works**" : "rejected"),
  },
  ...storeQuestions.filter(({ text }) => /slow request|Two requests|cart\.push|only reads|Vary|no-store/.test(text)),
  { text: "Data over 4096 bytes", ask: whatTooMuchLeaves },
  { text: "A cookie of an older secret", ask: rotation },
  ...storeQuestions.filter(({ text }) => /The secret|Default/.test(text)),
];

/** A browser's jar, for one site. */
export class Jar {
  readonly #cookies = new Map<string, string>();

  /** @param header - what is in it to begin with */
  constructor(header = "") {
    for (const pair of header.split("; ").filter(Boolean)) {
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  take({ headers }: Answer): void {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const [, expires = ""] = /; *expires=([^;]+)/i.exec(line) ?? [];
      const isGone = /; *max-age=0/i.test(line) || Date.parse(expires) <= Date.now();
      if (isGone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

/** A request of a browser; resolves to what the handler returned. */
export async function request<T>(
  app: Application,
  jar: Jar,
  act: (session: Handle) => T,
  writes = true,
): Promise<Awaited<T>> {
  let value: Awaited<T> | undefined;
  const run = async (session: Handle): Promise<void> => {
    value = await act(session);
  };
  jar.take(await app.visit({ cookie: jar.header, writes, act: run }));
  // What a library does not wait for is done by then.
  await new Promise((resolve) => setImmediate(resolve));
  return value as Awaited<T>;
}

async function loggedIn({ start }: Library, setup: Setup): Promise<{ app: Application; jar: Jar }> {
  const [app, jar] = [start(setup), new Jar()];
  await request(app, jar, (session) => session.set("user", "eve"));
  return { app, jar };
}

const userOf = (app: Application, jar: Jar): Promise<unknown> => request(app, jar, ({ get }) => get("user"), false);

async function staysEnded(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await loggedIn(library, setup);
  const [written, release] = [gate(), gate()];
  const slow = request(app, jar, async ({ get, set }) => {
    get("user");
    await set("note", "late");
    written.open();
    await release.opened;
  });
  await written.opened;
  await request(app, jar, ({ end }) => end());
  release.open();
  await slow;
  return (await userOf(app, jar)) !== "eve";
}

async function keepsBoth(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await loggedIn(library, setup);
  const written = [gate(), gate()] as const;
  // Neither ends before both have written.
  const write = (mine: 0 | 1): Promise<unknown> =>
    request(app, jar, async ({ get, set }) => {
      get("user");
      await set(`key${mine}`, "there");
      written[mine].open();
      await written[mine === 0 ? 1 : 0].opened;
    });
  await Promise.all([write(0), write(1)]);
  const kept = await request(app, jar, ({ get }) => [get("key0"), get("key1")], false);
  return kept.every((value) => value === "there");
}

async function keepsNested(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await loggedIn(library, setup);
  await request(app, jar, ({ set }) => set("cart", ["book"]));
  await request(app, jar, ({ get }) => void (get("cart") as string[]).push("pen"));
  return (await request(app, jar, ({ get }) => (get("cart") as string[]).length, false)) === 2;
}

async function whatReadingLeaves({ start }: Library, setup: Setup): Promise<string> {
  const app = start(setup);
  const { headers } = await app.visit({ cookie: "", writes: false, act: ({ get }) => get("user") });
  const left = [headers.getSetCookie().length > 0 && "a cookie", (app.countRows?.() ?? 0) > 0 && "a row"];
  const all = left.filter((part) => part !== false);
  return all.length === 0 ? "nothing" : `**${all.join(", ")}**`;
}

async function whatFailureLeaves({ start, takesStore }: Library, setup: Setup): Promise<string> {
  if (takesStore !== true) return "–";
  const beforeWrite = (): never => {
    throw new Error("The disk is full.");
  };
  const ignore = (): void => undefined;
  process.on("unhandledRejection", ignore);
  const { status, headers } = await start({ ...setup, beforeWrite }).visit({
    cookie: "",
    writes: true,
    act: ({ set }) => set("user", "eve"),
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", ignore);
  if (status >= 500) return "an error";
  return headers.getSetCookie().length > 0 ? "**200, a cookie**" : "**200**";
}

async function varies(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await loggedIn(library, setup);
  const { headers } = await app.visit({ cookie: jar.header, writes: false, act: ({ get }) => get("user") });
  return /cookie/i.test(headers.get("Vary") ?? "");
}

async function first({ start }: Library, setup: Setup): Promise<Answer> {
  return start(setup).visit({ cookie: "", writes: true, act: ({ set }) => set("user", "eve") });
}

async function isUncached(library: Library, setup: Setup): Promise<boolean> {
  const { headers } = await first(library, setup);
  return /no-store|private/.test(headers.get("Cache-Control") ?? "");
}

async function takes(library: Library, secret: string): Promise<boolean> {
  try {
    const { status } = await first(library, { secrets: [secret] });
    return status < 500;
  } catch {
    return false;
  }
}

async function attributes(library: Library, setup: Setup): Promise<string> {
  const [line = ""] = (await first(library, setup)).headers.getSetCookie();
  const parts = { "`__Host-`": "__host-", HttpOnly: "httponly", Secure: "secure", SameSite: "samesite" };
  const said = Object.entries(parts).flatMap(([part, sign]) => (line.toLowerCase().includes(sign) ? [part] : []));
  return said.length === Object.keys(parts).length ? said.join(" ") : `**${said.join(" ") || "none of these"}**`;
}

async function copyWorks(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await loggedIn(library, setup);
  const copy = jar.header;
  await request(app, jar, ({ end }) => end());
  const thief = new Jar(copy);
  return (await userOf(app, thief)) === "eve";
}

async function whatTooMuchLeaves({ start }: Library, setup: Setup): Promise<string> {
  const { status, headers } = await start(setup).visit({
    cookie: "",
    writes: true,
    act: ({ set }) => set("note", "x".repeat(8_000)),
  });
  if (status >= 500) return "an error";
  const pairs = headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  return pairs.every((pair) => pair.length <= 4096) ? "several cookies" : "**sent, too long**";
}

async function rotation(library: Library, setup: Setup): Promise<string> {
  if (library.rotates !== true) return "one secret only";
  const { jar } = await loggedIn(library, setup);
  const before = jar.header;
  const secrets = [[...(setup.secrets[0] ?? "")].reverse().join(""), ...setup.secrets];
  const app = library.start({ ...setup, secrets });
  if ((await userOf(app, jar)) !== "eve") return "**rejected**";
  return jar.header === before ? "read" : "read, re-issued";
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
