import {
  encryptedCookie,
  memoryStore,
  type Session,
  SessionManager,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import {
  type Contender,
  describeData,
  type Host,
  type Protection,
  routedApplication,
  webApplication,
} from "./contender.ts";
import { countingStore } from "./counting-store.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

type BenchSession = Session<BenchData>;

/** The actions on a session, the same on every host. Each returns the text of the answer. */
const actions = {
  fill(current: BenchSession, url: string): string {
    for (const [key, value] of Object.entries(dataOfQuery(url))) current.set(key, value);
    return "filled";
  },
  read(current: BenchSession): string {
    return describe(current);
  },
  write(current: BenchSession): string {
    current.set("count", (current.get("count") ?? 0) + 1);
    return describe(current);
  },
  login(current: BenchSession): string {
    current.bind(USER);
    current.set("user", USER);
    return describe(current);
  },
};

/** Creates a mode over a store that outlives the application. */
type MakeMode = (store: SessionStore) => SessionMode;

const modes = {
  signed: () => signedCookie({ secrets: SECRET }),
  encrypted: () => encryptedCookie({ secrets: SECRET }),
  server: (store) => serverSide(store),
  "server, signed ids": (store) => serverSide(store, { secrets: SECRET }),
} satisfies Record<string, MakeMode>;

/** coatcheck in each mode, with and without Hono. Server-side sessions are in memory. */
export const coatcheck: readonly Contender[] = [
  ...both("coatcheck", "signed", modes.signed),
  ...both("coatcheck", "encrypted", modes.encrypted),
  ...both("coatcheck", "server", modes.server),
  inFetch("coatcheck, signed ids", "server", modes["server, signed ids"], memoryStore),
];

/** coatcheck with its sessions in a given store. */
export function coatcheckOver(name: string, protection: Protection, makeStore: () => SessionStore): Contender[] {
  return [
    inFetch(name, protection, modes.server, makeStore),
    inHono(name, protection, modes.server, makeStore),
    inFetch(`${name}, signed ids`, protection, modes["server, signed ids"], makeStore),
  ];
}

function both(name: string, protection: Protection, makeMode: MakeMode): Contender[] {
  return [inFetch(name, protection, makeMode, memoryStore), inHono(name, protection, makeMode, memoryStore)];
}

function inFetch(name: string, protection: Protection, makeMode: MakeMode, makeStore: () => SessionStore): Contender {
  return contender(name, protection, "fetch", makeStore, (store) => {
    const sessions = new SessionManager<BenchData>({ mode: makeMode(store) });
    return webApplication({
      unread: sessions.wrap(() => new Response("ok")),
      fill: sessions.wrap(async (request, pending) => new Response(actions.fill(await pending, request.url))),
      read: sessions.wrap(async (_request, pending) => new Response(actions.read(await pending))),
      write: sessions.wrap(async (_request, pending) => new Response(actions.write(await pending))),
      login: sessions.wrap(async (_request, pending) => new Response(actions.login(await pending))),
    });
  });
}

function inHono(name: string, protection: Protection, makeMode: MakeMode, makeStore: () => SessionStore): Contender {
  return contender(`${name} in Hono`, protection, "Hono", makeStore, (store) => {
    const sessions = new SessionManager<BenchData>({ mode: makeMode(store) });
    const app = new Hono()
      .use(session(sessions))
      .get("/unread", (c) => c.text("ok"))
      .get("/fill", async (c) => c.text(actions.fill(await c.var.session, c.req.url)))
      .get("/read", async (c) => c.text(actions.read(await c.var.session)))
      .get("/write", async (c) => c.text(actions.write(await c.var.session)))
      .get("/login", async (c) => c.text(actions.login(await c.var.session)));
    return routedApplication((request) => app.fetch(request));
  });
}

function contender(
  name: string,
  protection: Protection,
  host: Host,
  makeStore: () => SessionStore,
  start: (store: SessionStore) => ReturnType<Awaited<ReturnType<Contender["setUp"]>>["start"]>,
): Contender {
  return {
    ...{ name, protection, host },
    setUp() {
      const { store, takeCount } = countingStore(makeStore());
      return { start: () => start(store), countStoreCalls: takeCount };
    },
  };
}

function describe(current: BenchSession): string {
  return describeData({ n: current.get("n"), count: current.get("count"), user: current.get("user") });
}
