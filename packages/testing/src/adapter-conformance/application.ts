import { memoryStore, type PendingSession, SessionManager, serverSide } from "@coatcheck/core";

/** An application that an adapter has to carry: a request with its pending session becomes a response, or an error. */
export type Program = (request: Request, session: PendingSession) => Response | Promise<Response>;

/** A manager, and the program that uses its sessions. */
export interface AdapterApplication {
  readonly sessions: SessionManager;
  readonly program: Program;
}

/** What an adapter carries in the conformance suite; for a server in a process of its own, which the suite then visits. */
export function adapterApplication(): AdapterApplication {
  const store = memoryStore();
  const held = new Map<string, Held>();
  let loads = 0;
  const counted: typeof store = {
    ...store,
    load: (key) => {
      loads += 1;
      return store.load(key);
    },
  };

  /** Where a request waits for another one to release it. */
  function heldAs(name: string | null): Held {
    const found = held.get(name ?? "") ?? { isReached: false, isReleased: false };
    held.set(name ?? "", found);
    return found;
  }

  async function program(request: Request, pending: PendingSession): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/loads") return new Response(`${loads}`);
    const here = heldAs(searchParams.get("name"));
    if (pathname === "/reached") await until(() => here.isReached);
    if (pathname === "/release") here.isReleased = true;
    if (pathname === "/reached" || pathname === "/release") return new Response("done");
    return answer(request, pending, here);
  }

  return { sessions: new SessionManager({ mode: serverSide(counted) }), program };
}

async function answer(request: Request, pending: PendingSession, here: Held): Promise<Response> {
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
      here.isReached = true;
      await until(() => here.isReleased);
      return new Response("written");
    case "/held-stream":
      return new Response(streamOf(["one ", () => until(() => here.isReleased).then(() => "two")]));
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

/** How far a request has come, and whether it may go on. */
interface Held {
  isReached: boolean;
  isReleased: boolean;
}

/** Looks again and again: workerd lets no request wait for a promise that another one resolves. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
