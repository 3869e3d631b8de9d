import { CookieJar } from "./cookie-jar.ts";
import type { Answer, Application, ComparedSession, Library, Setup } from "./library.ts";

/** A row of a table: an experiment that is run with each library. */
export interface Check {
  /** The text in the first column. */
  readonly title: string;
  /** Resolves to the text of the library's cell. */
  readonly run: (library: Library, setup: Setup) => Promise<string>;
}

/** The rows for server-side sessions. */
export const storeChecks: readonly Check[] = [
  {
    title: "A slow request ends after a logout",
    run: async (...args) => ((await staysLoggedOut(...args)) ? "stays logged out" : "**logs in again**"),
  },
  {
    title: "Two requests write different keys",
    run: async (...args) => ((await keepsBothKeys(...args)) ? "both saved" : "**one lost**"),
  },
  {
    title: "`cart.push(…)` without `set`",
    run: async (...args) => ((await savesNestedChange(...args)) ? "saved" : "**lost**"),
  },
  { title: "A visitor who only reads gets", run: effectOfReading },
  { title: "The store fails during a write", run: answerToFailedWrite },
  { title: "`Vary: Cookie` after a read", run: async (...args) => ((await setsVary(...args)) ? "yes" : "**no**") },
  {
    title: "`no-store` when a cookie is set",
    run: async (...args) => ((await isUncached(...args)) ? "yes" : "**no**"),
  },
  {
    title: "The secret `secret`",
    run: async (library) => ((await acceptsSecret(library, "secret")) ? "**accepted**" : "rejected"),
  },
  { title: "Default cookie attributes", run: defaultAttributes },
];

/** The rows for cookie sessions. */
export const cookieChecks: readonly Check[] = [
  {
    title: "A copied cookie after a logout",
    run: async (...args) => ((await copiedCookieWorks(...args)) ? "**works**" : "rejected"),
  },
  ...storeChecks.filter(({ title }) => /slow request|Two requests|cart\.push|only reads|Vary|no-store/.test(title)),
  { title: "Data over 4096 bytes", run: answerToLargeData },
  { title: "A cookie of an older secret", run: effectOfRotation },
  ...storeChecks.filter(({ title }) => /The secret|Default/.test(title)),
];

/** Sends a request from a browser. Resolves to the value that the handler returned. */
export async function send<T>(
  app: Application,
  jar: CookieJar,
  act: (session: ComparedSession) => T,
  writes = true,
): Promise<Awaited<T>> {
  let value: Awaited<T> | undefined;
  const run = async (session: ComparedSession): Promise<void> => {
    value = await act(session);
  };
  jar.receive(await app.handle({ cookie: jar.header, writes, act: run }));
  // Some libraries do not await their writes. They are done after this.
  await new Promise((resolve) => setImmediate(resolve));
  return value as Awaited<T>;
}

async function logIn({ start }: Library, setup: Setup): Promise<{ app: Application; jar: CookieJar }> {
  const [app, jar] = [start(setup), new CookieJar()];
  await send(app, jar, (session) => session.set("user", "eve"));
  return { app, jar };
}

const userOf = (app: Application, jar: CookieJar): Promise<unknown> => send(app, jar, ({ get }) => get("user"), false);

async function staysLoggedOut(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await logIn(library, setup);
  const [written, release] = [gate(), gate()];
  const slow = send(app, jar, async ({ get, set }) => {
    get("user");
    await set("note", "late");
    written.open();
    await release.opened;
  });
  await written.opened;
  await send(app, jar, ({ end }) => end());
  release.open();
  await slow;
  return (await userOf(app, jar)) !== "eve";
}

async function keepsBothKeys(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await logIn(library, setup);
  const written = [gate(), gate()] as const;
  // Neither request ends before both have written.
  const write = (own: 0 | 1): Promise<unknown> =>
    send(app, jar, async ({ get, set }) => {
      get("user");
      await set(`key${own}`, "there");
      written[own].open();
      await written[own === 0 ? 1 : 0].opened;
    });
  await Promise.all([write(0), write(1)]);
  const values = await send(app, jar, ({ get }) => [get("key0"), get("key1")], false);
  return values.every((value) => value === "there");
}

async function savesNestedChange(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await logIn(library, setup);
  await send(app, jar, ({ set }) => set("cart", ["book"]));
  await send(app, jar, ({ get }) => void (get("cart") as string[]).push("pen"));
  return (await send(app, jar, ({ get }) => (get("cart") as string[]).length, false)) === 2;
}

async function effectOfReading({ start }: Library, setup: Setup): Promise<string> {
  const app = start(setup);
  const { headers } = await app.handle({ cookie: "", writes: false, act: ({ get }) => get("user") });
  const effects = [headers.getSetCookie().length > 0 && "a cookie", (app.countRows?.() ?? 0) > 0 && "a row"];
  const all = effects.filter((effect) => effect !== false);
  return all.length === 0 ? "nothing" : `**${all.join(", ")}**`;
}

async function answerToFailedWrite({ start, acceptsStore }: Library, setup: Setup): Promise<string> {
  if (acceptsStore !== true) return "–";
  const beforeWrite = (): never => {
    throw new Error("The disk is full.");
  };
  const ignore = (): void => undefined;
  process.on("unhandledRejection", ignore);
  const { status, headers } = await start({ ...setup, beforeWrite }).handle({
    cookie: "",
    writes: true,
    act: ({ set }) => set("user", "eve"),
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", ignore);
  if (status >= 500) return "an error";
  return headers.getSetCookie().length > 0 ? "**200, a cookie**" : "**200**";
}

async function setsVary(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await logIn(library, setup);
  const { headers } = await app.handle({ cookie: jar.header, writes: false, act: ({ get }) => get("user") });
  return /cookie/i.test(headers.get("Vary") ?? "");
}

async function answerToFirstWrite({ start }: Library, setup: Setup): Promise<Answer> {
  return start(setup).handle({ cookie: "", writes: true, act: ({ set }) => set("user", "eve") });
}

async function isUncached(library: Library, setup: Setup): Promise<boolean> {
  const { headers } = await answerToFirstWrite(library, setup);
  return /no-store|private/.test(headers.get("Cache-Control") ?? "");
}

async function acceptsSecret(library: Library, secret: string): Promise<boolean> {
  try {
    const { status } = await answerToFirstWrite(library, { secrets: [secret] });
    return status < 500;
  } catch {
    return false;
  }
}

async function defaultAttributes(library: Library, setup: Setup): Promise<string> {
  const [line = ""] = (await answerToFirstWrite(library, setup)).headers.getSetCookie();
  const signs = { "`__Host-`": "__host-", HttpOnly: "httponly", Secure: "secure", SameSite: "samesite" };
  const attributes = Object.entries(signs).flatMap(([name, sign]) => (line.toLowerCase().includes(sign) ? [name] : []));
  const text = attributes.join(" ");
  return attributes.length === Object.keys(signs).length ? text : `**${text || "none of these"}**`;
}

async function copiedCookieWorks(library: Library, setup: Setup): Promise<boolean> {
  const { app, jar } = await logIn(library, setup);
  const copy = jar.header;
  await send(app, jar, ({ end }) => end());
  const thief = new CookieJar(copy);
  return (await userOf(app, thief)) === "eve";
}

async function answerToLargeData({ start }: Library, setup: Setup): Promise<string> {
  const { status, headers } = await start(setup).handle({
    cookie: "",
    writes: true,
    act: ({ set }) => set("note", "x".repeat(8_000)),
  });
  if (status >= 500) return "an error";
  const pairs = headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  return pairs.every((pair) => pair.length <= 4096) ? "several cookies" : "**sent, too long**";
}

async function effectOfRotation(library: Library, setup: Setup): Promise<string> {
  if (library.acceptsSeveralSecrets !== true) return "one secret only";
  const { jar } = await logIn(library, setup);
  const before = jar.header;
  const secrets = [[...(setup.secrets[0] ?? "")].reverse().join(""), ...setup.secrets];
  const app = library.start({ ...setup, secrets });
  if ((await userOf(app, jar)) !== "eve") return "**rejected**";
  return jar.header === before ? "read" : "read, re-issued";
}

/** A promise that the caller resolves. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
