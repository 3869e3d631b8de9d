import { createCookie } from "@remix-run/cookie";
import { createSession, type Session, type SessionStorage } from "@remix-run/session";
import { createCookieSessionStorage } from "@remix-run/session/cookie-storage";
import {
  type Application,
  type ComparedRequest,
  catchErrors,
  type Library,
  type Setup,
  toWebRequest,
} from "../library.ts";
import { RowStore } from "../row-store.ts";

export const remixStore: Library = {
  name: "Remix 3",
  acceptsStore: true,
  acceptsSeveralSecrets: true,
  start(setup) {
    const rows = new RowStore<Session["data"]>(setup);
    return { ...remix(remixStorageOver(rows), setup), countRows: () => rows.count };
  },
};

export const remixCookie: Library = {
  name: "Remix 3",
  acceptsSeveralSecrets: true,
  start: (setup) => remix(createCookieSessionStorage(), setup),
};

/** Works like its memory storage, but stores text, like its Redis storage. */
function remixStorageOver(rows: RowStore<Session["data"]>): SessionStorage {
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

function remix(storage: SessionStorage, { secrets, maxAge }: Setup): Application {
  const cookie = createCookie("session", { secrets: [...secrets], ...(maxAge !== undefined && { maxAge }) });
  async function respond(request: ComparedRequest): Promise<Response> {
    const session = await storage.read(await cookie.parse(toWebRequest(request).headers.get("Cookie")));
    await request.act({
      get: (key) => session.get(key),
      set: (key, value) => session.set(key, value),
      end: () => session.destroy(),
    });
    const value = await storage.save(session);
    const headers = new Headers();
    if (value !== null) headers.set("Set-Cookie", await cookie.serialize(value));
    return new Response("ok", { headers });
  }
  return { handle: (request) => catchErrors(() => respond(request)) };
}
