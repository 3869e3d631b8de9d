import { session } from "@coatcheck/hono";
import { adapterConformance } from "@coatcheck/testing";
import { Hono } from "hono";
import { describe, it } from "vitest";

adapterConformance(
  { describe, it },
  {
    name: "hono",
    serve: (sessions, program) => {
      const app = new Hono()
        .use(session(sessions))
        .all("*", (c) => program(c.req.raw, c.var.session))
        .onError((error, c) => c.text(`answered by the application: ${error.message}`, 500));
      return { fetch: (request) => app.fetch(request) };
    },
  },
);
