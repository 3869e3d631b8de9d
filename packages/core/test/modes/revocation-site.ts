import {
  encryptedCookie,
  memoryStore,
  type SealedCookieOptions,
  type Session,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  type SessionMode,
  type SessionStore,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import {
  type Browser,
  browser,
  type FakeClock,
  type FaultyStore,
  type Fetch,
  fakeClock,
  faultyStore,
} from "@coatcheck/testing";

export type CookieMode = (options: SealedCookieOptions) => SessionMode;

export interface Data {
  visits: number;
}

/** The cookie modes, by name. */
export const COOKIE_MODES: readonly { readonly name: string; readonly cookieMode: CookieMode }[] = [
  { name: "signed cookie", cookieMode: signedCookie },
  { name: "encrypted cookie", cookieMode: encryptedCookie },
];

/** Where a request or an answer waits. */
export interface Pause {
  readonly reached: Promise<void>;
  resume(): void;
}

/** A server of a site. */
export interface Server {
  readonly sessions: SessionManager<Data>;
  readonly events: readonly SessionEvent[];
  /** Serves `/login?as=<subject>`, `/logout`, `/regenerate`, `/visit`, which writes, and `/`, which reads. */
  readonly fetch: Fetch;
  /** Pauses the next handler between loading its session and the commit. */
  pauseHandler(): Pause;
}

/** A server of the site with these options. Servers with one store and one secret are one site. */
export function serverOf(
  cookieMode: CookieMode,
  sealed: SealedCookieOptions,
  options: Omit<SessionManagerOptions<Data>, "mode"> = {},
): Server {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager<Data>({
    mode: cookieMode(sealed),
    onEvent: (event) => events.push(event),
    ...options,
  });
  let inHandler = async (): Promise<void> => {};
  const fetch = sessions.wrap(async (request, pending) => {
    const { pathname, searchParams } = new URL(request.url);
    const session = await pending;
    await inHandler();
    if (pathname === "/login") session.bind(searchParams.get("as") ?? "eve");
    if (pathname === "/logout") session.destroy();
    if (pathname === "/regenerate") session.regenerate();
    if (pathname === "/visit") session.update("visits", (visits = 0) => visits + 1);
    const response = await sessions.commit(session, new Response());
    const { id, subject } = session;
    return new Response(JSON.stringify({ id, subject, visits: session.get("visits") }), response);
  });
  const pauseHandler = () => {
    const { pause, wait } = newPause();
    inHandler = () => {
      inHandler = async () => {};
      return wait();
    };
    return pause;
  };
  return { sessions, fetch, events, pauseHandler };
}

/** A store that can also pause an answer to `load`. */
export interface RevocationStore extends FaultyStore {
  pauseNextAnswer(): Pause;
}

/** A site with one server, its clock and its store of revocations. */
export interface Site extends Server {
  readonly clock: FakeClock;
  readonly store: RevocationStore;
  /** Makes another server of this site. */
  newServer(now?: () => number): Server;
  /** Logs in on a new device. */
  logIn(subject?: string): Promise<{ readonly client: Browser; readonly id: string }>;
}

export function siteOf(cookieMode: CookieMode, options: Partial<SealedCookieOptions> = {}): Site {
  const clock = fakeClock();
  const store = pausingAnswers(faultyStore(memoryStore({ now: clock.now })));
  const sealed = { secrets: secret(), revocations: store, ...options };
  const newServer = (now = clock.now) => serverOf(cookieMode, sealed, { now });
  const server = newServer();
  const logIn = async (subject = "eve") => {
    const client = browser({ fetch: server.fetch });
    const { id = "" } = await read(client, `/login?as=${subject}`);
    return { client, id };
  };
  return { clock, store, newServer, logIn, ...server };
}

/** What the server returns for a path. */
export async function read(
  client: Pick<Browser, "fetch">,
  path = "/",
): Promise<{ id?: string; subject?: string; visits?: number }> {
  return (await client.fetch(path)).json();
}

/** Sends a request without a browser, for tests of hundreds of requests. */
export async function sendQuickly(
  sessions: SessionManager<Data>,
  act: (session: Session<Data>) => void,
  cookie = "",
): Promise<{ readonly id: string; readonly cookie: string }> {
  const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
  act(session);
  const response = await sessions.commit(session, new Response());
  const [line = cookie] = response.headers.getSetCookie();
  return { id: session.id ?? "", cookie: line.split(";")[0] ?? "" };
}

function pausingAnswers<Store extends SessionStore>(store: Store): Store & Pick<RevocationStore, "pauseNextAnswer"> {
  let waitForResume: (() => Promise<void>) | undefined;
  return {
    ...store,
    async load(key: string) {
      const wait = waitForResume;
      waitForResume = undefined;
      const answer = await store.load(key);
      await wait?.();
      return answer;
    },
    pauseNextAnswer() {
      const { pause, wait } = newPause();
      waitForResume = wait;
      return pause;
    },
  };
}

function newPause(): { readonly pause: Pause; readonly wait: () => Promise<void> } {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
  const wait = () => {
    reach();
    return resumed;
  };
  return { pause: { reached, resume }, wait };
}
