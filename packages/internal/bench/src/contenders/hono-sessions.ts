import { Hono } from "hono";
import { CookieStore, MemoryStore, type Session, sessionMiddleware } from "hono-sessions";
import { type Contender, describeData, routedApplication } from "./contender.ts";
import { countingStore } from "./counting-store.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

interface Env {
  Variables: { session: Session<BenchData>; session_key_rotation: boolean };
}

/** `hono-sessions`. It sets its cookie on every response, even when the session was not used. */
export const honoSessions: readonly Contender[] = [
  {
    ...{ name: "hono-sessions", protection: "encrypted", host: "Hono", package: "hono-sessions" },
    setUp: () => ({ start: () => application(new CookieStore(), SECRET) }),
  },
  {
    ...{ name: "hono-sessions, memory", protection: "server", host: "Hono", package: "hono-sessions" },
    setUp() {
      const { store, takeCount } = countingStore(new MemoryStore());
      return { start: () => application(store), countStoreCalls: takeCount };
    },
  },
];

function application(store: CookieStore | MemoryStore, encryptionKey?: string) {
  const app = new Hono<Env>()
    .use(sessionMiddleware({ store, ...(encryptionKey !== undefined && { encryptionKey }), cookieOptions }))
    .get("/unread", (c) => c.text("ok"))
    .get("/fill", (c) => {
      const session = c.get("session");
      for (const [key, value] of Object.entries(dataOfQuery(c.req.url))) session.set(key, value);
      return c.text("filled");
    })
    .get("/read", (c) => c.text(describe(c.get("session"))))
    .get("/write", (c) => {
      const session = c.get("session");
      session.set("count", (session.get("count") ?? 0) + 1);
      return c.text(describe(session));
    })
    .get("/login", (c) => {
      const session = c.get("session");
      c.set("session_key_rotation", true);
      session.set("user", USER);
      return c.text(describe(session));
    });
  return routedApplication((request) => app.fetch(request));
}

const cookieOptions = { httpOnly: true, secure: true, sameSite: "Lax", path: "/" } as const;

function describe(session: Session<BenchData>): string {
  const [n, count, user] = [session.get("n"), session.get("count"), session.get("user")];
  return describeData({ n: n ?? undefined, count: count ?? undefined, user: user ?? undefined });
}
