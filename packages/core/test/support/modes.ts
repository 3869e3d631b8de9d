import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type Session,
  type SessionManager,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { type Browser, browser } from "@coatcheck/testing";

/** A strong secret, another one each time. If one is ever printed, its last word gives it away. */
export function secret(): string {
  return `${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}canary`;
}

/** A way to keep sessions. */
export interface ModeUnderTest {
  /** For the titles. */
  readonly name: string;
  /** Another mode each time, with a secret of its own unless given one. */
  readonly mode: (secrets?: Secrets) => SessionMode;
}

/** Every way to keep a session, for tests of what must hold in all of them. */
export function modes(): readonly ModeUnderTest[] {
  return [
    { name: "server-side", mode: () => serverSide(memoryStore()) },
    ...modesWithSecrets(),
    ...cookieModesWithRevocations(),
  ];
}

/** Those that take secrets. What is kept on the server is kept in one store, as the servers of one site do. */
export function modesWithSecrets(): readonly ModeUnderTest[] {
  const store = memoryStore();
  return [
    { name: "server-side with signed ids", mode: (secrets = secret()) => serverSide(store, { secrets }) },
    ...cookieModes(),
  ];
}

/** Those that keep everything in the cookie. */
export function cookieModes(): readonly ModeUnderTest[] {
  return [
    { name: "signed cookie", mode: (secrets = secret()) => signedCookie({ secrets }) },
    { name: "encrypted cookie", mode: (secrets = secret()) => encryptedCookie({ secrets }) },
  ];
}

/** Those that keep everything in the cookie but what ended, which they note in one store, as the servers of one site do. */
export function cookieModesWithRevocations(): readonly ModeUnderTest[] {
  const revocations = memoryStore();
  return [
    {
      name: "signed cookie with revocations",
      mode: (secrets = secret()) => signedCookie({ secrets, revocations }),
    },
    {
      name: "encrypted cookie with revocations",
      mode: (secrets = secret()) => encryptedCookie({ secrets, revocations }),
    },
  ];
}

/** A request with this `Cookie` header, handed on as a server does that lets through what `Headers` would refuse. */
export function requestWith(cookie: string): Request {
  return { headers: { get: (name: string) => (name.toLowerCase() === "cookie" ? cookie : null) } } as Request;
}

/** The value that a `Set-Cookie` line sets. */
export function ticketIn(line: string | undefined = ""): string {
  return line.slice(line.indexOf("=") + 1, line.indexOf(";"));
}

/** Somebody with a browser. */
export interface Visitor<Data extends object, Flash extends object> {
  readonly client: Browser;
  /** Sends a request whose handler awaits the session and does this with it; resolves to what came of both. */
  visit<Result>(act: (session: Session<Data, Flash>) => Result): Promise<Visit<Awaited<Result>>>;
}

/** A request, afterwards. */
export interface Visit<Result> {
  readonly response: Response;
  /** The `Set-Cookie` lines of the response. */
  readonly cookies: readonly string[];
  /** What the handler made of the session. */
  readonly result: Result;
}

/** A browser of an application that does with the session whatever each request brings along. */
export function visitor<Data extends object, Flash extends object>(
  sessions: Pick<SessionManager<Data, Flash>, "handle">,
): Visitor<Data, Flash> {
  const acts: ((session: Session<Data, Flash>) => Promise<void>)[] = [];
  const client = browser({
    fetch: (request) =>
      sessions.handle(request, async (pending) => {
        await acts[Number(new URL(request.url).pathname.slice(1))]?.(await pending);
        return new Response("visited");
      }),
  });
  return {
    client,
    async visit<Result>(act: (session: Session<Data, Flash>) => Result) {
      let result: { readonly value: Awaited<Result> } | undefined;
      const path = `/${acts.length}`;
      acts.push(async (session) => {
        result = { value: await act(session) };
      });
      const response = await client.fetch(path);
      if (result === undefined) throw new Error("The handler was not called.");
      return { response, cookies: response.headers.getSetCookie(), result: result.value };
    },
  };
}
