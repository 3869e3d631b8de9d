import { H3 } from "h3";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { type Contender, routedApplication, webApplication } from "./contender.ts";

/** Hosts without sessions: what is in every figure of a contender that runs in them. */
export const bare: readonly Contender[] = [
  {
    ...{ name: "bare handler", protection: "none", host: "fetch" },
    setUp: () => ({
      start: () => webApplication({ untouched: () => new Response("ok"), read: () => new Response("ok") }),
    }),
  },
  {
    ...{ name: "Hono, empty middleware", protection: "none", host: "Hono", package: "hono" },
    setUp: () => ({
      start() {
        const app = new Hono()
          .use(createMiddleware(async (_c, next) => await next()))
          .get("/untouched", (c) => c.text("ok"))
          .get("/read", (c) => c.text("ok"));
        return routedApplication((request) => app.fetch(request), ["fill", "write", "login"]);
      },
    }),
  },
  {
    ...{ name: "h3, no middleware", protection: "none", host: "h3", package: "h3" },
    setUp: () => ({
      start() {
        const app = new H3().get("/untouched", () => "ok").get("/read", () => "ok");
        return routedApplication((request) => app.fetch(request), ["fill", "write", "login"]);
      },
    }),
  },
];
