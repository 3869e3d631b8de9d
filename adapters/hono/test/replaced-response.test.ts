import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("lets what is thrown and no Error through as it is where the global Response is another class, as on Node's server", async () => {
  const app = new Hono().use(session(new SessionManager({ mode: serverSide(memoryStore()) }))).get("/", async (c) => {
    await c.var.session;
    throw "no error";
  });
  const Original = Response;
  // Its error() gives an object of the original class, which is no instance of this one.
  vi.stubGlobal("Response", class extends Response {});
  Object.assign(Response, { error: () => Original.error() });
  await expect(app.request("http://localhost/")).rejects.toBe("no error");
});
