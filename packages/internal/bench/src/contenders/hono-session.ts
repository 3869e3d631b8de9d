import { type SessionEnv, type Storage, useSession, useSessionStorage } from "@hono/session";
import { Hono } from "hono";
import { type Contender, describeData, type Protection, routedApplication } from "./contender.ts";
import { countingStore } from "./counting-store.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

type Env = SessionEnv<BenchData>;

/** `@hono/session`, which creates its key once. It cannot change an id, so there is no login with a storage. */
export const honoSession: readonly Contender[] = [
  {
    ...{ name: "@hono/session", protection: "encrypted", host: "Hono", package: "@hono/session" },
    setUp: () => ({ start: () => application(undefined) }),
  },
  honoSessionOver("@hono/session, storage", "server", () => {
    const sessions = new Map<string, BenchData>();
    return {
      get: (sid) => sessions.get(sid) ?? null,
      set: (sid, data) => void sessions.set(sid, data),
      delete: (sid) => void sessions.delete(sid),
    };
  }),
];

/** `@hono/session` with a given storage: three functions, as in its README. */
export function honoSessionOver(
  name: string,
  protection: Protection,
  makeStorage: () => Storage<BenchData>,
): Contender {
  return {
    ...{ name, protection, host: "Hono", package: "@hono/session" },
    setUp() {
      const { store, takeCount } = countingStore(makeStorage());
      return { start: () => application(store), countStoreCalls: takeCount };
    },
  };
}

function application(storage: Storage<BenchData> | undefined) {
  const app = new Hono<Env>();
  if (storage !== undefined) app.use(useSessionStorage(storage));
  app
    .use(useSession<BenchData>({ secret: SECRET }))
    .get("/unread", (c) => c.text("ok"))
    .get("/fill", async (c) => {
      await c.var.session.update(dataOfQuery(c.req.url));
      return c.text("filled");
    })
    .get("/read", async (c) => c.text(describeData(await c.var.session.get())))
    .get("/write", async (c) => {
      await c.var.session.update((data) => ({ ...(data as BenchData), count: (data?.count ?? 0) + 1 }));
      return c.text(describeData(c.var.session.data));
    })
    .get("/login", async (c) => {
      await c.var.session.update((data) => ({ ...(data as BenchData), user: USER }));
      return c.text(describeData(c.var.session.data));
    });
  return routedApplication((request) => app.fetch(request), storage === undefined ? [] : ["login"]);
}
