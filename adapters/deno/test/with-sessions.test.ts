import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { withSessions } from "../src/index.ts";

const sessions = new SessionManager({ mode: serverSide(memoryStore()) });

describe("withSessions", () => {
  it("returns the very response of a handler that leaves its session alone", async () => {
    const response = new Response("untouched");
    expect(await withSessions(sessions, () => response).fetch(new Request("https://localhost/"))).toBe(response);
  });

  it("hands on what the server says of the request", async () => {
    const { fetch } = withSessions(
      sessions,
      (_request, _pending, info: { readonly name: string }) => new Response(info.name),
    );
    expect(await (await fetch(new Request("https://localhost/"), { name: "a client" })).text()).toBe("a client");
  });

  it("refuses what is no manager or no handler, and shows what to write", () => {
    for (const args of [[sessions], [undefined, () => {}], [{}, () => {}], [() => {}]]) {
      expect(() => Reflect.apply(withSessions, undefined, args)).toThrow(/^Write: export default withSessions/);
    }
  });

  it("fails a handler that returns nothing", async () => {
    const { fetch } = withSessions(sessions, () => undefined as never);
    await expect(fetch(new Request("https://localhost/"))).rejects.toMatchObject({ code: "NO_RESPONSE" });
  });
});
