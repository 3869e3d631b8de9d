import {
  encryptedCookie,
  memoryStore,
  type SessionMode,
  type SessionStore,
  type SubjectIndex,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import type { AnySession } from "@coatcheck/core/toolkit";
import { secret } from "@coatcheck/test-support";
import { type Browser, browser, type FakeClock, fakeClock } from "@coatcheck/testing";
import {
  type AccountExtension,
  AccountManager,
  login,
  loginOf,
  logout,
  type RememberEvent,
  type RememberMeOptions,
  rememberMe,
  revokeOtherSessions,
} from "../../src/index.ts";

export const SESSION = "__Host-session";
export const REMEMBER = "__Host-remember";

/** What a page of {@link rememberingSite} says about the visitor. */
export interface Who {
  readonly subject?: string;
  readonly authenticatedAt?: number;
  readonly method?: string;
  readonly id?: string;
}

export interface SiteOptions extends Partial<RememberMeOptions> {
  readonly mode?: SessionMode;
  readonly clock?: FakeClock;
  /** Extensions before `rememberMe`. */
  readonly before?: readonly AccountExtension[];
  readonly after?: readonly AccountExtension[];
}

export interface RememberingSite {
  readonly sessions: AccountManager;
  readonly clock: FakeClock;
  readonly events: readonly RememberEvent[];
  readonly fetch: (request: Request) => Promise<Response>;
  /** A browser without cookies. */
  newBrowser(): Browser;
  /** A browser in which a user logged in with `remember: true`. */
  remembered(subject?: string): Promise<Browser>;
}

/** A site whose `/login?as=eve&remember=true` logs in, and whose pages say who the visitor is. */
export function rememberingSite(options: SiteOptions = {}): RememberingSite {
  const { mode = serverSide(memoryStore()), clock = fakeClock(), before = [], after = [], ...others } = options;
  const events: RememberEvent[] = [];
  const remembering = rememberMe({ store: memoryStore(), onEvent: (event) => events.push(event), ...others });
  const sessions = new AccountManager({ mode, now: clock.now, extensions: [...before, remembering, ...after] });
  const act = async (session: AnySession, { pathname, searchParams }: URL): Promise<void> => {
    const remember = searchParams.get("remember");
    const subject = searchParams.get("as") ?? "eve";
    if (pathname === "/login") {
      await login(session, subject, {
        method: "password",
        ...(remember !== null && { remember: remember === "true" }),
      });
    }
    if (pathname === "/logout") logout(session);
    if (pathname === "/bind") session.bind(subject);
    if (pathname === "/regenerate") session.regenerate();
    if (pathname === "/password") await revokeOtherSessions(sessions, session);
    if (searchParams.has("throw")) throw new Error("the handler threw");
  };
  const fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    let opened: AnySession | undefined;
    const response = await sessions.handle(request, async (pending) => {
      const session = await pending;
      opened = session;
      if (url.pathname === "/cart") session.set("cart", "book");
      await act(session, url);
      return new Response(null, { status: url.searchParams.has("fail") ? 500 : 200 });
    });
    return new Response(JSON.stringify(opened && toWho(opened)), response);
  };
  const newBrowser = () => browser({ fetch });
  return {
    sessions,
    clock,
    events,
    fetch,
    newBrowser,
    async remembered(subject = "eve") {
      const client = newBrowser();
      await client.fetch(`/login?as=${encodeURIComponent(subject)}&remember=true`);
      return client;
    },
  };
}

function toWho(session: AnySession): Who {
  const { subject, authenticatedAt, id } = session;
  return JSON.parse(JSON.stringify({ subject, authenticatedAt, id, method: loginOf(session).method }));
}

/** Who the visitor is, according to the site. */
export async function whoIs(client: Browser, path = "/"): Promise<Who> {
  return (await client.fetch(path)).json();
}

/** Removes the session cookie, as a browser does when it is closed. */
export async function restart(client: Browser): Promise<void> {
  await client.setCookie(`${SESSION}=; Path=/; Secure; Max-Age=0`);
}

/** The value of a cookie in the browser. */
export async function cookieIn(client: Browser, name: string = REMEMBER): Promise<string | undefined> {
  const pairs = (await client.cookieHeader()).split("; ");
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

export async function putCookie(client: Browser, value: string, name: string = REMEMBER): Promise<void> {
  await client.setCookie(`${name}=${value}; Path=/; Secure`);
}

/** Modes that can end sessions. */
export function revocableModes(): readonly { readonly name: string; readonly mode: () => SessionMode }[] {
  return [
    { name: "server-side", mode: () => serverSide(memoryStore()) },
    { name: "signed cookie", mode: () => signedCookie({ secrets: secret(), revocations: memoryStore() }) },
    { name: "encrypted cookie", mode: () => encryptedCookie({ secrets: secret(), revocations: memoryStore() }) },
  ];
}

/** A memory store that lists the keys of all records. */
export function recordingStore(): SessionStore & SubjectIndex & { readonly keys: ReadonlySet<string> } {
  const store = memoryStore();
  const keys = new Set<string>();
  return {
    ...store,
    keys,
    create: (key, session) => {
      keys.add(key);
      return store.create(key, session);
    },
  };
}
