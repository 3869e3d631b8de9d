import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { withSessions } from "../src/index.ts";

const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
const request = (): Request => new Request("https://localhost/");
const server = (isUpgraded: boolean) => ({ upgrade: () => isUpgraded, name: "of a test" });

describe("withSessions", () => {
  it("returns the response of a handler unchanged when the session is not used", async () => {
    const response = new Response("untouched");
    expect(await withSessions(sessions, () => response).fetch(request(), server(false))).toBe(response);
  });

  it("passes the server on to the handler", async () => {
    const { fetch } = withSessions(
      sessions,
      (_request, _pending, { name }: ReturnType<typeof server>) => new Response(name),
    );
    expect(await (await fetch(request(), server(false))).text()).toBe("of a test");
  });

  it("rejects an invalid manager or handler", () => {
    for (const args of [[sessions], [undefined, () => {}], [{}, () => {}], [() => {}]]) {
      expect(() => Reflect.apply(withSessions, undefined, args)).toThrow(
        /withSessions takes a SessionManager and a handler: withSessions\(sessions, handler\)/,
      );
    }
  });

  it("throws NO_RESPONSE when the handler returns nothing and the upgrade failed", async () => {
    const { fetch } = withSessions(sessions, (incoming, _pending, { upgrade }) => {
      upgrade(incoming);
      return undefined;
    });
    await expect(fetch(request(), server(false))).rejects.toMatchObject({ code: "NO_RESPONSE" });
  });
});
