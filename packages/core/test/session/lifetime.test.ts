import {
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  serverSide,
} from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A browser that has a session, and the clock of its manager. */
async function sessionWith(options: SessionManagerOptions) {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ ...options, now: clock.now, onEvent: (event) => events.push(event) });
  const client = browser({
    fetch: sessions.wrap(async (request, pending) => {
      const session = await pending;
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/write") session.update("n", (n) => Number(n ?? 0) + 1);
      if (pathname === "/bind") session.bind(searchParams.get("as") ?? "eve");
      if (pathname === "/regenerate") session.regenerate();
      return Response.json(session.isNew ? "new" : "known");
    }),
  });
  await client.fetch("/write");
  const visit = async (path = "/") => (await client.fetch(path)).json();
  return { clock, client, visit, events, sessions };
}

for (const { name, mode } of modes()) {
  describe(`idle and absolute timeouts, ${name}`, () => {
    it("SEC-20 SEC-12 accept a session until the last millisecond of the idle timeout", async () => {
      const before = await sessionWith({ mode: mode() });
      before.clock.advance(DAY - 0.001);
      expect(await before.visit()).toBe("known");

      const after = await sessionWith({ mode: mode() });
      after.clock.advance(DAY);
      expect(await after.visit()).toBe("new");
      expect(after.events).toContainEqual({ type: "rejected", reason: "expired" });
    });

    it("SEC-20 count the idle timeout from the last read", async () => {
      const { clock, visit } = await sessionWith({ mode: mode() });
      for (let reads = 0; reads < 10; reads++) {
        clock.advance(DAY - 1);
        expect(await visit()).toBe("known");
      }
    });

    for (const [request, path] of [
      ["read", "/"],
      ["write", "/write"],
      ["regenerate", "/regenerate"],
    ] as const) {
      it(`SEC-21 end a session at the absolute timeout, however often requests ${request} it`, async () => {
        const { clock, visit } = await sessionWith({ mode: mode(), lifetime: { idle: 4 * DAY, absolute: 30 * DAY } });
        for (let days = 3; days < 30; days += 3) {
          clock.advance(3 * DAY);
          expect(await visit(path)).toBe("known");
        }
        clock.advance(3 * DAY - 0.001);
        expect(await visit()).toBe("known");
        clock.advance(0.001);
        expect(await visit()).toBe("new");
      });
    }

    it("count the absolute timeout from the login", async () => {
      const { clock, visit } = await sessionWith({ mode: mode(), lifetime: { idle: 20 * DAY } });
      clock.advance(19 * DAY);
      await visit("/bind");
      clock.advance(19 * DAY);
      expect(await visit()).toBe("known");
      clock.advance(11 * DAY);
      expect(await visit()).toBe("new");
    });

    it("end a session that was stored with a longer absolute timeout", async () => {
      const clock = fakeClock();
      const shared = mode();
      const long = new SessionManager({ mode: shared, now: clock.now });
      const short = new SessionManager({ mode: shared, now: clock.now, lifetime: { absolute: HOUR } });
      let sessions = long;
      const client = browser({
        fetch: (request) =>
          sessions.handle(request, async (pending) => {
            const session = await pending;
            if (session.isNew) session.set("a", 1);
            return Response.json(session.isNew ? "new" : "known");
          }),
      });
      await client.fetch("/");
      clock.advance(2 * HOUR);
      expect(await (await client.fetch("/")).json()).toBe("known");
      sessions = short;
      expect(await (await client.fetch("/")).json()).toBe("new");
    });
  });
}

describe("session.expiresAt", () => {
  it("is the idle timeout from now, and at most the absolute timeout", async () => {
    const clock = fakeClock();
    const sessions = new SessionManager({
      mode: serverSide(memoryStore()),
      now: clock.now,
      lifetime: { idle: HOUR, absolute: 1.5 * HOUR },
    });
    const seen: number[] = [];
    const client = browser({
      fetch: sessions.wrap(async (_request, pending) => {
        const session = await pending;
        session.update("n", (n) => Number(n ?? 0) + 1);
        const response = await sessions.commit(session, new Response());
        seen.push((session.expiresAt - session.createdAt) / 1000);
        return response;
      }),
    });
    await client.fetch("/");
    clock.advance(HOUR / 4);
    await client.fetch("/");
    clock.advance(HOUR / 2);
    await client.fetch("/");
    expect(seen).toEqual([HOUR, 1.25 * HOUR, 1.5 * HOUR]);
  });
});
