import { Hono } from "hono";
import { CookieStore, type Session, sessionMiddleware } from "hono-sessions";
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

/** `hono-sessions` with a store. */
export const honoSessionsStore: Library = {
  name: "hono-sessions",
  acceptsStore: true,
  start: (setup) => honoSessions(setup, new RowStore<never>(setup)),
};

/** `hono-sessions` with its `CookieStore`. */
export const honoSessionsCookie: Library = { name: "hono-sessions", start: (setup) => honoSessions(setup, undefined) };

function honoSessions(
  { secrets: [encryptionKey = ""], maxAge }: Setup,
  rows: RowStore<never> | undefined,
): Application {
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
  const handle = (request: ComparedRequest): Promise<Response> => {
    const app = new Hono<{ Variables: { session: Session<Data> } }>().use(middleware).get("/", async (c) => {
      const session = c.get("session");
      await request.act({
        get: (key) => session.get(key),
        set: (key, value) => session.set(key, value),
        end: () => session.deleteSession(),
      });
      return c.text("ok");
    });
    return Promise.resolve(app.fetch(toWebRequest(request)));
  };
  return { handle: (request) => catchErrors(() => handle(request)), ...(rows && { countRows: () => rows.count }) };
}
