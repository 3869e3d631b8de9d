import { createCookie } from "@remix-run/cookie";
import { createSession, type Session as RemixSession, type SessionStorage as RemixStorage } from "@remix-run/session";
import { createCookieSessionStorage as createRemixCookieStorage } from "@remix-run/session/cookie-storage";
import { createCookieSessionStorage, createSessionStorage, type SessionStorage } from "react-router";
import { type Application, answered, type Library, Rows, requestOf, type Setup, type Visit } from "../library.ts";

type Data = Record<string, unknown>;

export const reactRouterStore: Library = {
  name: "React Router",
  takesStore: true,
  rotates: true,
  start(setup) {
    const rows = new Rows<Data>(setup);
    const storage = createSessionStorage<Data>({
      cookie: cookieOf(setup),
      async createData(data) {
        const id = crypto.randomUUID();
        await rows.save(id, data);
        return id;
      },
      readData: (id) => rows.load(id),
      updateData: (id, data) => rows.save(id, data),
      deleteData: (id) => rows.remove(id),
    });
    return { ...reactRouter(storage), countRows: () => rows.count };
  },
};

export const reactRouterCookie: Library = {
  name: "React Router",
  rotates: true,
  start: (setup) => reactRouter(createCookieSessionStorage<Data>({ cookie: cookieOf(setup) })),
};

export const remixStore: Library = {
  name: "Remix 3",
  takesStore: true,
  rotates: true,
  start(setup) {
    const rows = new Rows<RemixSession["data"]>(setup);
    return { ...remix(remixStorageOver(rows), setup), countRows: () => rows.count };
  },
};

export const remixCookie: Library = {
  name: "Remix 3",
  rotates: true,
  start: (setup) => remix(createRemixCookieStorage(), setup),
};

function cookieOf({ secrets, maxAge }: Setup) {
  return { name: "session", secrets: [...secrets], ...(maxAge !== undefined && { maxAge }) };
}

/** A handler that has changed something commits; one that has read does not. */
function reactRouter(storage: SessionStorage<Data>): Application {
  async function respond(visit: Visit): Promise<Response> {
    const session = await storage.getSession(requestOf(visit).headers.get("Cookie"));
    let hasEnded = false;
    await visit.act({
      get: (key) => session.get(key),
      set: (key, value) => session.set(key, value),
      end() {
        hasEnded = true;
      },
    });
    if (!visit.writes) return new Response("ok");
    const line = hasEnded ? await storage.destroySession(session) : await storage.commitSession(session);
    return new Response("ok", { headers: { "Set-Cookie": line } });
  }
  return { visit: (visit) => answered(() => respond(visit)) };
}

/** What its memory storage does, in a store that keeps text, as its Redis storage does. */
function remixStorageOver(rows: Rows<RemixSession["data"]>): RemixStorage {
  return {
    async read(id) {
      const data = id === null ? null : await rows.load(id);
      return id === null || data === null ? createSession() : createSession(id, data);
    },
    async save(session) {
      if (session.deleteId !== undefined) await rows.remove(session.deleteId);
      if (session.destroyed) await rows.remove(session.id);
      if (session.destroyed) return "";
      if (!session.dirty) return null;
      await rows.save(session.id, session.data);
      return session.id;
    },
  };
}

function remix(storage: RemixStorage, { secrets, maxAge }: Setup): Application {
  const cookie = createCookie("session", { secrets: [...secrets], ...(maxAge !== undefined && { maxAge }) });
  async function respond(visit: Visit): Promise<Response> {
    const session = await storage.read(await cookie.parse(requestOf(visit).headers.get("Cookie")));
    await visit.act({
      get: (key) => session.get(key),
      set: (key, value) => session.set(key, value),
      end: () => session.destroy(),
    });
    const value = await storage.save(session);
    const headers = new Headers();
    if (value !== null) headers.set("Set-Cookie", await cookie.serialize(value));
    return new Response("ok", { headers });
  }
  return { visit: (visit) => answered(() => respond(visit)) };
}
