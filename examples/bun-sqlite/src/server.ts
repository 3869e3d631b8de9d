import { Database } from "bun:sqlite";
import { withSessions } from "@coatcheck/bun";
import { SessionManager, serverSide } from "@coatcheck/core";
import { migrate, sqlStore } from "@coatcheck/stores/sql";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { Kysely, SqliteDialect } from "kysely";

const { DATABASE = "sessions.db", PORT = "3000", SWEEP_SECONDS = "600" } = Bun.env;

const database = new Database(DATABASE);
database.run("pragma journal_mode = wal");
database.run("pragma busy_timeout = 5000");
const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(database) }) });
await migrate(db);

const store = sqlStore(db);
setInterval(() => store.sweep(Date.now()).catch(console.error), Number(SWEEP_SECONDS) * 1000).unref();
const sessions = new SessionManager<{ cart: string[] }>({ mode: serverSide(store) });

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: PORT,
  routes: {
    "/health": new Response("ok"),
    "/cart": {
      GET: withSessions(sessions, async (_request, pending) => {
        const session = await pending;
        return Response.json({ user: session.subject ?? null, cart: session.get("cart") ?? [] });
      }).fetch,
      DELETE: withSessions(sessions, async (_request, pending) => {
        (await pending).delete("cart");
        return new Response(null, { status: 204 });
      }).fetch,
    },
    "/cart/:item": {
      POST: withSessions(sessions, async (request: Bun.BunRequest<"/cart/:item">, pending) => {
        const { item } = request.params;
        (await pending).update("cart", (cart = []) => [...cart, item]);
        // An error becomes a 500, and the changes of the request are dropped.
        if (item === "yacht") throw new Error("The cart has no room for a yacht.");
        return Response.redirect("/cart", 303);
      }).fetch,
    },
  },
  // All other paths.
  ...withSessions(sessions, async (request, pending, server) => {
    const { pathname, origin } = new URL(request.url);
    const session = await pending;
    switch (`${request.method} ${pathname}`) {
      case "POST /login": {
        const user = (await request.formData()).get("user");
        // Check a password here.
        if (typeof user !== "string" || user === "") return new Response("Who are you?", { status: 401 });
        session.bind(user);
        return Response.redirect("/cart", 303);
      }
      case "POST /logout":
        session.destroy();
        return Response.redirect("/cart", 303);
      case "GET /socket": {
        if (session.subject === undefined) return new Response("Log in first", { status: 401 });
        // Browsers send cookies with a WebSocket from any page of the same site, including other subdomains.
        if (request.headers.get("Origin") !== origin) return new Response("Wrong origin", { status: 403 });
        const isUpgraded = server.upgrade(request, { data: { user: session.subject } });
        return isUpgraded ? undefined : new Response("Open this as a WebSocket", { status: 426 });
      }
      default:
        return new Response("Not found", { status: 404 });
    }
  }),
  websocket: {
    message: (socket: Bun.ServerWebSocket<{ user: string }>, text) => void socket.send(`${socket.data.user}: ${text}`),
  },
  error(error) {
    console.error(error.message);
    return new Response("Something went wrong", { status: 500 });
  },
});
console.log(`http://localhost:${server.port}`);
