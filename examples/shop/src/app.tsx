import { session } from "@coatcheck/hono";
import { csrf } from "@coatcheck/hono/csrf";
import { Hono } from "hono";
import { csrfDenialPage } from "./pages/csrf-denial.tsx";
import { MessagePage } from "./pages/message.tsx";
import { accountRoutes } from "./routes/account.tsx";
import { adminRoutes } from "./routes/admin.tsx";
import { cartRoutes } from "./routes/cart.tsx";
import { frontRoutes } from "./routes/home.tsx";
import { scenarioRoutes } from "./routes/scenarios.tsx";
import type { ShopData, ShopFlash } from "./sessions/session-data.ts";
import { chosenKind, type KindEnv, kindChoice } from "./sessions/storage-choice.ts";
import type { Kinds } from "./sessions/storages.ts";
import type { Users } from "./users.ts";
import { assets } from "./web/assets.ts";
import { failureOf } from "./web/describe-error.ts";
import type { ShopEnv } from "./web/env.ts";
import { plainFrame } from "./web/frame.ts";
import { headers, noStore } from "./web/headers.ts";

/** The shop. No route depends on where sessions are kept, but those that list them. */
export function createApp(kinds: Kinds, users: Users): Hono<KindEnv> {
  const app = new Hono<KindEnv>();
  app.use(headers());
  app.route("/", assets());
  // By the headers alone, so that visitors need no session. Forms of people who are logged in hold a token besides.
  app.use(noStore(), chosenKind(kinds), csrf({ onDenied: csrfDenialPage }));
  app.route("/", kindChoice());
  // The server listens on localhost alone; where it did not, the inspector would need a guard.
  app.get("/inspector", (c) => c.var.kind.inspector.fetch(c.req.raw));
  // In front of the shop's session(): the admin area has one of its own, and there can be only one on the way.
  app.route("/admin", adminRoutes(users));
  app.route("/", shop(users));

  app.notFound((c) => {
    return c.html(<MessagePage frame={plainFrame(c)} title="Not found" message="There is no such page." />, 404);
  });

  app.onError((error, c) => {
    const { status, title, message, isLogged } = failureOf(error);
    if (isLogged) console.error(error);
    return c.html(<MessagePage frame={plainFrame(c)} title={title} message={message} />, status);
  });
  return app;
}

function shop(users: Users): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();
  app.use(session<ShopData, ShopFlash, KindEnv>((c) => c.var.kind.shop));
  app.route("/", frontRoutes(users));
  app.route("/", cartRoutes());
  app.route("/scenarios", scenarioRoutes());
  app.route("/", accountRoutes(users));
  return app;
}
