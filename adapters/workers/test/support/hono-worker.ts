import { session } from "@coatcheck/hono";
import { adapterApplication } from "@coatcheck/testing";
import { Hono } from "hono";

const { sessions, program } = adapterApplication();

const app: { fetch(request: Request): Response | Promise<Response> } = new Hono()
  .use(session(sessions))
  .all("*", (c) => program(c.req.raw, c.var.session));
export default app;
