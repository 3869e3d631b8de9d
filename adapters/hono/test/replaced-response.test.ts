import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("session rethrows a value that is not an Error when the global Response was replaced, as @hono/node-server does", async () => {
  const app = new Hono().use(session(new SessionManager({ mode: serverSide(memoryStore()) }))).get("/", async (c) => {
    await c.var.session;
    throw "not an Error";
  });
  const Original = Response;
  // Its error() returns an object of the original class, which is not an instance of the replacement.
  vi.stubGlobal("Response", class extends Response {});
  Object.assign(Response, { error: () => Original.error() });
  await expect(app.request("http://localhost/")).rejects.toBe("not an Error");
});
