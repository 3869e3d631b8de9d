import { H3 } from "h3";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { type Contender, routedApplication, webApplication } from "./contender.ts";

/** Hosts without sessions. Their cost is included in every figure of a contender that runs on them. */
export const hostsWithoutSessions: readonly Contender[] = [
  {
    ...{ name: "bare handler", protection: "none", host: "fetch" },
    setUp: () => ({
      start: () => webApplication({ unread: () => new Response("ok"), read: () => new Response("ok") }),
    }),
  },
  {
    ...{ name: "Hono, empty middleware", protection: "none", host: "Hono", package: "hono" },
    setUp: () => ({
      start() {
        const app = new Hono()
          .use(createMiddleware(async (_c, next) => await next()))
          .get("/unread", (c) => c.text("ok"))
          .get("/read", (c) => c.text("ok"));
        return routedApplication((request) => app.fetch(request), ["fill", "write", "login"]);
      },
    }),
  },
  {
    ...{ name: "h3, no middleware", protection: "none", host: "h3", package: "h3" },
    setUp: () => ({
      start() {
        const app = new H3().get("/unread", () => "ok").get("/read", () => "ok");
        return routedApplication((request) => app.fetch(request), ["fill", "write", "login"]);
      },
    }),
  },
];
