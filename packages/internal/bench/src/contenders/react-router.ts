import {
  createCookieSessionStorage,
  createMemorySessionStorage,
  type SessionIdStorageStrategy,
  type SessionStorage,
} from "react-router";
import { type Contender, describeData, webApplication } from "./contender.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

const cookie = {
  name: "session",
  secrets: [SECRET],
  httpOnly: true,
  secure: true,
  sameSite: "lax",
  path: "/",
} satisfies SessionIdStorageStrategy["cookie"];

/** The session storages of React Router, formerly of Remix, without the router. Ids and data are signed. */
export const reactRouter: readonly Contender[] = [
  {
    ...{ name: "React Router", protection: "signed", host: "fetch", package: "react-router" },
    setUp: () => ({ start: () => application(createCookieSessionStorage<BenchData>({ cookie })) }),
  },
  {
    ...{ name: "React Router, memory", protection: "server", host: "fetch", package: "react-router" },
    setUp() {
      // The storage is its own store: a new one would start without sessions.
      const storage = createMemorySessionStorage<BenchData>({ cookie });
      return { start: () => application(storage) };
    },
  },
];

function application(storage: SessionStorage<BenchData>) {
  return webApplication({
    async fill(request) {
      const session = await storage.getSession();
      for (const [key, value] of Object.entries(dataOfQuery(request.url))) session.set(key, value);
      return respond("filled", await storage.commitSession(session));
    },
    async read(request) {
      const session = await storage.getSession(request.headers.get("Cookie"));
      return new Response(describeData(session.data));
    },
    async write(request) {
      const session = await storage.getSession(request.headers.get("Cookie"));
      session.set("count", (session.get("count") ?? 0) + 1);
      return respond(describeData(session.data), await storage.commitSession(session));
    },
    // React Router cannot change an id: the session ends, and its data goes into a new one.
    async login(request) {
      const old = await storage.getSession(request.headers.get("Cookie"));
      const session = await storage.getSession();
      for (const [key, value] of Object.entries(old.data)) session.set(key, value);
      session.set("user", USER);
      if (old.id !== "") await storage.destroySession(old);
      return respond(describeData(session.data), await storage.commitSession(session));
    },
  });
}

function respond(text: string, setCookie: string): Response {
  return new Response(text, { headers: { "Set-Cookie": setCookie } });
}
