import { createCookie } from "@remix-run/cookie";
import type { Session, SessionStorage } from "@remix-run/session";
import { createCookieSessionStorage } from "@remix-run/session/cookie-storage";
import { createMemorySessionStorage } from "@remix-run/session/memory-storage";
import { type Contender, describeData, webApplication } from "./contender.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

/** The sessions of Remix 3, with a signed cookie. */
export const remix: readonly Contender[] = [
  {
    ...{ name: "Remix 3", protection: "signed", host: "fetch", package: "@remix-run/session" },
    setUp: () => ({ start: () => application(createCookieSessionStorage(), () => undefined) }),
  },
  {
    ...{ name: "Remix 3, memory", protection: "server", host: "fetch", package: "@remix-run/session" },
    setUp() {
      const storage = createMemorySessionStorage();
      return { start: () => application(storage, (session) => session.regenerateId(true)) };
    },
  },
];

/** @param changeId - does nothing where the cookie holds the data, because there is no id to change */
function application(storage: SessionStorage, changeId: (session: Session) => void) {
  const cookie = createCookie("session", {
    secrets: [SECRET],
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
    path: "/",
  });
  const load = async (request: Request): Promise<Session> =>
    storage.read(await cookie.parse(request.headers.get("Cookie")));
  async function change(request: Request, act: (session: Session) => void): Promise<Response> {
    const session = await load(request);
    act(session);
    const value = await storage.save(session);
    const headers = new Headers();
    if (value !== null) headers.set("Set-Cookie", await cookie.serialize(value));
    return new Response(describe(session), { headers });
  }
  return webApplication({
    fill: (request) =>
      change(request, (session) => {
        for (const [key, value] of Object.entries(dataOfQuery(request.url))) session.set(key, value);
      }),
    read: async (request) => new Response(describe(await load(request))),
    write: (request) => change(request, (session) => session.set("count", Number(session.get("count") ?? 0) + 1)),
    login: (request) =>
      change(request, (session) => {
        changeId(session);
        session.set("user", USER);
      }),
  });
}

function describe(session: Session): string {
  const [data] = session.data as readonly [Partial<BenchData>, unknown];
  return describeData(data);
}
