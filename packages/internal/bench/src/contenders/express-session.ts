import expressSession, { MemoryStore, type Store } from "express-session";
import { type Contender, describeData, type Protection } from "./contender.ts";
import { countingStore } from "./counting-store.ts";
import { driveNode, type NodeMiddleware } from "./node-host.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

interface Incoming {
  session: Partial<BenchData> & { regenerate(done: (error?: unknown) => void): void };
}

/** `express-session` on Node's own messages, with its own memory store. */
export const expressSessionContender: Contender = expressSessionOver(
  "express-session, memory",
  "server",
  () => new MemoryStore(),
);

/** `express-session` with a given store. Its ids are signed with HMAC-SHA-256 by `node:crypto`. */
export function expressSessionOver(name: string, protection: Protection, makeStore: () => Store): Contender {
  return {
    ...{ name, protection, host: "Node", package: "express-session", isNodeOnly: true },
    setUp() {
      const { store, takeCount } = countingStore(makeStore());
      return { start: () => application(store), countStoreCalls: takeCount };
    },
  };
}

function application(store: Store) {
  const cookie = { httpOnly: true, sameSite: "lax" } as const;
  const middleware = expressSession({ secret: SECRET, store, resave: false, saveUninitialized: false, cookie });
  const app = middleware as unknown as NodeMiddleware<Incoming>;
  return {
    unread: driveNode(app, (_request, _sent, answer) => answer("ok")),
    fill: driveNode(app, (request, { path }, answer) => {
      Object.assign(request.session, dataOfQuery(path));
      answer("filled");
    }),
    read: driveNode(app, (request, _sent, answer) => answer(describeData(request.session))),
    write: driveNode(app, (request, _sent, answer) => {
      const { session } = request;
      if (session.n !== undefined) session.count = (session.count ?? 0) + 1;
      answer(describeData(session));
    }),
    // The session with the new id is empty, so the data is copied from the old one.
    login: driveNode(app, (request, _sent, answer) => {
      const { cookie: _, ...data } = request.session as Partial<BenchData>;
      request.session.regenerate((error) => {
        if (error !== undefined && error !== null) throw error;
        Object.assign(request.session, data, { user: USER });
        answer(describeData(request.session));
      });
    }),
  };
}
