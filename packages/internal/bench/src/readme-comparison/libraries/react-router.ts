import { createCookieSessionStorage, createSessionStorage, type SessionStorage } from "react-router";
import {
  type Application,
  type ComparedRequest,
  catchErrors,
  type Library,
  type Setup,
  toWebRequest,
} from "../library.ts";
import { RowStore } from "../row-store.ts";

type Data = Record<string, unknown>;

export const reactRouterStore: Library = {
  name: "React Router",
  acceptsStore: true,
  acceptsSeveralSecrets: true,
  start(setup) {
    const rows = new RowStore<Data>(setup);
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
  acceptsSeveralSecrets: true,
  start: (setup) => reactRouter(createCookieSessionStorage<Data>({ cookie: cookieOf(setup) })),
};

function cookieOf({ secrets, maxAge }: Setup) {
  return { name: "session", secrets: [...secrets], ...(maxAge !== undefined && { maxAge }) };
}

/** The handler commits after a change, and not after a read. */
function reactRouter(storage: SessionStorage<Data>): Application {
  async function respond(request: ComparedRequest): Promise<Response> {
    const session = await storage.getSession(toWebRequest(request).headers.get("Cookie"));
    let hasEnded = false;
    await request.act({
      get: (key) => session.get(key),
      set: (key, value) => session.set(key, value),
      end() {
        hasEnded = true;
      },
    });
    if (!request.writes) return new Response("ok");
    const line = hasEnded ? await storage.destroySession(session) : await storage.commitSession(session);
    return new Response("ok", { headers: { "Set-Cookie": line } });
  }
  return { handle: (request) => catchErrors(() => respond(request)) };
}
