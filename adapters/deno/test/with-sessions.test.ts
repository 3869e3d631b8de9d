import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { withSessions } from "../src/index.ts";

const sessions = new SessionManager({ mode: serverSide(memoryStore()) });

describe("withSessions", () => {
  it("returns the response of a handler unchanged when the session is not used", async () => {
    const response = new Response("untouched");
    expect(await withSessions(sessions, () => response).fetch(new Request("https://localhost/"))).toBe(response);
  });

  it("passes the other arguments of the server on to the handler", async () => {
    const { fetch } = withSessions(
      sessions,
      (_request, _pending, info: { readonly name: string }) => new Response(info.name),
    );
    expect(await (await fetch(new Request("https://localhost/"), { name: "a client" })).text()).toBe("a client");
  });

  it("rejects an invalid manager or handler", () => {
    for (const args of [[sessions], [undefined, () => {}], [{}, () => {}], [() => {}]]) {
      expect(() => Reflect.apply(withSessions, undefined, args)).toThrow(
        /withSessions takes a SessionManager and a handler: withSessions\(sessions, handler\)/,
      );
    }
  });

  it("throws NO_RESPONSE when the handler returns nothing", async () => {
    const { fetch } = withSessions(sessions, () => undefined as never);
    await expect(fetch(new Request("https://localhost/"))).rejects.toMatchObject({ code: "NO_RESPONSE" });
  });
});
