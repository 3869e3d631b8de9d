import { memoryStore, type PendingSession, SessionManager, serverSide } from "@coatcheck/core";

/** An application behind an adapter: it answers a request, with its pending session, or throws. */
export type Program = (request: Request, session: PendingSession) => Response | Promise<Response>;

/** A session manager, and a program that uses its sessions. */
export interface AdapterApplication {
  readonly sessions: SessionManager;
  readonly program: Program;
}

/** Creates the application of the conformance suite, for a server that runs in a process of its own. */
export function adapterApplication(): AdapterApplication {
  const store = memoryStore();
  const pauses = new Map<string, Pause>();
  let loads = 0;
  const counted: typeof store = {
    ...store,
    load: (key) => {
      loads += 1;
      return store.load(key);
    },
  };

  function pauseOf(name: string | null): Pause {
    const pause = pauses.get(name ?? "") ?? { isReached: false, isReleased: false };
    pauses.set(name ?? "", pause);
    return pause;
  }

  async function program(request: Request, pending: PendingSession): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/loads") return new Response(`${loads}`);
    const pause = pauseOf(searchParams.get("name"));
    if (pathname === "/reached") await until(() => pause.isReached);
    if (pathname === "/release") pause.isReleased = true;
    if (pathname === "/reached" || pathname === "/release") return new Response("done");
    return answer(request, pending, pause);
  }

  return { sessions: new SessionManager({ mode: serverSide(counted) }), program };
}

/** A request that waits until another request releases it. */
interface Pause {
  isReached: boolean;
  isReleased: boolean;
}

async function answer(request: Request, pending: PendingSession, pause: Pause): Promise<Response> {
  const { pathname, searchParams, origin } = new URL(request.url);
  if (pathname === "/plain") return new Response("plain");
  const session = await pending;
  if (pathname === "/read") return new Response(String(session.get("value") ?? "empty"));
  if (pathname === "/status-500") {
    session.set("value", "written");
    return new Response("failed", { status: 500 });
  }
  if (pathname.startsWith("/destroy")) {
    session.destroy();
    if (pathname === "/destroy-and-throw") throw new Error("thrown by the program");
    return new Response("destroyed", { status: pathname === "/destroy-and-500" ? 500 : 200 });
  }
  session.set("value", searchParams.get("value") ?? "written");
  switch (pathname) {
    case "/throw":
      throw new Error("thrown by the program");
    case "/redirect":
      return new Response(null, { status: 302, headers: { Location: "/read" } });
    case "/immutable":
      return Response.redirect(`${origin}/read`, 303);
    case "/no-body":
      return new Response(null, { status: Number(searchParams.get("status")) });
    case "/echo":
      return new Response(await request.text());
    case "/held-write":
      pause.isReached = true;
      await until(() => pause.isReleased);
      return new Response("written");
    case "/held-stream":
      return new Response(streamOf(["one ", () => until(() => pause.isReleased).then(() => "two")]));
    case "/stream":
      return new Response(streamOf(["one ", "two ", "three"]));
    case "/other-cookies": {
      const response = new Response("cookies");
      for (const line of ["a=1; Path=/", "b=2; Path=/"]) response.headers.append("Set-Cookie", line);
      return response;
    }
    default:
      return new Response("written");
  }
}

function streamOf(parts: readonly (string | (() => Promise<string>))[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = [...parts];
  return new ReadableStream({
    async pull(controller) {
      const part = left.shift();
      const next = typeof part === "function" ? await part() : part;
      if (next === undefined) controller.close();
      else controller.enqueue(encoder.encode(next));
    },
  });
}

/** Polls, because workerd does not let a request wait for a promise that another request resolves. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
