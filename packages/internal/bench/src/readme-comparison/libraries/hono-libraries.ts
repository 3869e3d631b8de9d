import { type SessionEnv, useSession, useSessionStorage } from "@hono/session";
import { Hono } from "hono";
import { CookieStore, type Session, sessionMiddleware } from "hono-sessions";
import { type Application, answered, type Library, Rows, requestOf, type Setup, type Visit } from "../library.ts";

type Data = Record<string, unknown>;

/** `hono-sessions` over a store. */
export const honoSessionsStore: Library = {
  name: "hono-sessions",
  takesStore: true,
  start: (setup) => honoSessions(setup, new Rows<never>(setup)),
};

/** `hono-sessions` with its `CookieStore`. */
export const honoSessionsCookie: Library = { name: "hono-sessions", start: (setup) => honoSessions(setup, undefined) };

/** `@hono/session` over a storage. */
export const honoSessionStore: Library = {
  name: "@hono/session",
  takesStore: true,
  start: (setup) => honoSession(setup, new Rows<Data>(setup)),
};

/** `@hono/session` with its data in the cookie. */
export const honoSessionCookie: Library = { name: "@hono/session", start: (setup) => honoSession(setup, undefined) };

function honoSessions({ secrets: [encryptionKey = ""], maxAge }: Setup, rows: Rows<never> | undefined): Application {
  const store = rows && {
    getSessionById: async (id?: string) => (await rows.load(id ?? "")) ?? undefined,
    createSession: (id: string, data: unknown) => rows.save(id, data as never),
    persistSessionData: (id: string, data: unknown) => rows.save(id, data as never),
    deleteSession: (id: string) => rows.remove(id),
  };
  const lifetime = maxAge === undefined ? {} : { expireAfterSeconds: maxAge };
  const middleware = sessionMiddleware({
    store: (store ?? new CookieStore()) as CookieStore,
    encryptionKey,
    ...lifetime,
  });
  const visit = (current: Visit): Promise<Response> => {
    const app = new Hono<{ Variables: { session: Session<Data> } }>().use(middleware).get("/", async (c) => {
      const session = c.get("session");
      await current.act({
        get: (key) => session.get(key),
        set: (key, value) => session.set(key, value),
        end: () => session.deleteSession(),
      });
      return c.text("ok");
    });
    return Promise.resolve(app.fetch(requestOf(current)));
  };
  return { visit: (current) => answered(() => visit(current)), ...(rows && { countRows: () => rows.count }) };
}

function honoSession({ secrets: [secret = ""], maxAge }: Setup, rows: Rows<Data> | undefined): Application {
  const duration = maxAge === undefined ? {} : { duration: { absolute: maxAge } };
  const visit = (current: Visit): Promise<Response> => {
    const app = new Hono<SessionEnv<Data>>();
    if (rows !== undefined) {
      const storage = { get: rows.load.bind(rows), set: rows.save.bind(rows), delete: rows.remove.bind(rows) };
      app.use(useSessionStorage(storage as never));
    }
    app.use(useSession<Data>({ secret, ...duration })).get("/", async (c) => {
      const { session } = c.var;
      const data = await session.get();
      await current.act({
        get: (key) => data?.[key],
        set: (key, value) => session.update((before) => ({ ...before, [key]: value })),
        end: () => session.delete(),
      });
      return c.text("ok");
    });
    return Promise.resolve(app.fetch(requestOf(current)));
  };
  return { visit: (current) => answered(() => visit(current)), ...(rows && { countRows: () => rows.count }) };
}
