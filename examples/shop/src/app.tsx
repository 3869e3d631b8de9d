import { session } from "@coatcheck/hono";
import { csrf } from "@coatcheck/hono/csrf";
import { Hono } from "hono";
import { csrfDenialPage } from "./pages/csrf-denial.tsx";
import { MessagePage } from "./pages/message.tsx";
import { accountRoutes } from "./routes/account.tsx";
import { adminRoutes } from "./routes/admin.tsx";
import { cartRoutes } from "./routes/cart.tsx";
import { homeRoutes } from "./routes/home.tsx";
import { loginRoutes } from "./routes/login.tsx";
import { scenarioRoutes } from "./routes/scenarios.tsx";
import type { ShopData, ShopFlash } from "./sessions/session-data.ts";
import { chosenStorage, type StorageEnv, storageChoiceRoutes } from "./sessions/storage-choice.ts";
import type { SessionStorages } from "./sessions/storages.ts";
import type { Users } from "./users.ts";
import { assets } from "./web/assets.ts";
import { describeError } from "./web/describe-error.ts";
import type { ShopEnv } from "./web/env.ts";
import { plainFrame } from "./web/frame.ts";
import { headers, noStore } from "./web/headers.ts";

/** Creates the shop's application. Only the pages that list sessions depend on the storage. */
export function createApp(storages: SessionStorages, users: Users): Hono<StorageEnv> {
  const app = new Hono<StorageEnv>();
  app.use(headers());
  app.route("/", assets());
  // This check uses the request headers alone, so visitors need no session. Forms of logged-in users also have a token.
  app.use(noStore(), chosenStorage(storages), csrf({ onDenied: csrfDenialPage }));
  app.route("/", storageChoiceRoutes());
  // The server listens on localhost only. A public server would need a guard in front of the inspector.
  app.get("/inspector", (c) => c.var.storage.inspector.fetch(c.req.raw));
  // Registered before the shop: the admin area has its own session(), and a request can pass only one.
  app.route("/admin", adminRoutes(users));
  app.route("/", shopRoutes(users));

  app.notFound((c) => {
    return c.html(<MessagePage frame={plainFrame(c)} title="Not found" message="There is no such page." />, 404);
  });

  app.onError((error, c) => {
    const { status, title, message, isLogged } = describeError(error);
    if (isLogged) console.error(error);
    return c.html(<MessagePage frame={plainFrame(c)} title={title} message={message} />, status);
  });
  return app;
}

/** All routes that use the shop's session. */
function shopRoutes(users: Users): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();
  app.use(session<ShopData, ShopFlash, StorageEnv>((c) => c.var.storage.shopSessions));
  app.route("/", homeRoutes());
  app.route("/", cartRoutes());
  app.route("/", loginRoutes(users));
  app.route("/scenarios", scenarioRoutes());
  app.route("/", accountRoutes(users));
  return app;
}
