import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { withSessions } from "../src/index.ts";

const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
const request = (): Request => new Request("https://localhost/");
const server = (isUpgraded: boolean) => ({ upgrade: () => isUpgraded, name: "of a test" });

describe("withSessions", () => {
  it("returns the very response of a handler that leaves its session alone", async () => {
    const response = new Response("untouched");
    expect(await withSessions(sessions, () => response).fetch(request(), server(false))).toBe(response);
  });

  it("hands the server on", async () => {
    const { fetch } = withSessions(
      sessions,
      (_request, _pending, { name }: ReturnType<typeof server>) => new Response(name),
    );
    expect(await (await fetch(request(), server(false))).text()).toBe("of a test");
  });

  it("refuses what is no manager or no handler, and shows what to write", () => {
    for (const args of [[sessions], [undefined, () => {}], [{}, () => {}], [() => {}]]) {
      expect(() => Reflect.apply(withSessions, undefined, args)).toThrow(/^Write: Bun.serve\(withSessions/);
    }
  });

  it("fails a handler that returns nothing, unless it upgraded the request", async () => {
    const { fetch } = withSessions(sessions, (incoming, _pending, { upgrade }) => {
      upgrade(incoming);
      return undefined;
    });
    await expect(fetch(request(), server(false))).rejects.toMatchObject({ code: "NO_RESPONSE" });
  });
});
