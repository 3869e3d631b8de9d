import { type SessionEnv, useSession, useSessionStorage } from "@hono/session";
import { Hono } from "hono";
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

/** `@hono/session` with a storage. */
export const honoSessionStore: Library = {
  name: "@hono/session",
  acceptsStore: true,
  start: (setup) => honoSession(setup, new RowStore<Data>(setup)),
};

/** `@hono/session` with its data in the cookie. */
export const honoSessionCookie: Library = { name: "@hono/session", start: (setup) => honoSession(setup, undefined) };

function honoSession({ secrets: [secret = ""], maxAge }: Setup, rows: RowStore<Data> | undefined): Application {
  const duration = maxAge === undefined ? {} : { duration: { absolute: maxAge } };
  const handle = (request: ComparedRequest): Promise<Response> => {
    const app = new Hono<SessionEnv<Data>>();
    if (rows !== undefined) {
      const storage = { get: rows.load.bind(rows), set: rows.save.bind(rows), delete: rows.remove.bind(rows) };
      app.use(useSessionStorage(storage as never));
    }
    app.use(useSession<Data>({ secret, ...duration })).get("/", async (c) => {
      const { session } = c.var;
      const data = await session.get();
      await request.act({
        get: (key) => data?.[key],
        set: (key, value) => session.update((before) => ({ ...before, [key]: value })),
        end: () => session.delete(),
      });
      return c.text("ok");
    });
    return Promise.resolve(app.fetch(toWebRequest(request)));
  };
  return { handle: (request) => catchErrors(() => handle(request)), ...(rows && { countRows: () => rows.count }) };
}
