import {
  encryptedCookie,
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { modes, secret } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A visitor with a session, on a clock that stands still. */
async function visitor(options: SessionManagerOptions) {
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
  describe(`timeouts, ${name}`, () => {
    it("SEC-20 SEC-12 accepts a session until the millisecond its idle timeout is over", async () => {
      const before = await visitor({ mode: mode() });
      before.clock.advance(DAY - 0.001);
      expect(await before.visit()).toBe("known");

      const after = await visitor({ mode: mode() });
      after.clock.advance(DAY);
      expect(await after.visit()).toBe("new");
      expect(after.events).toContainEqual({ type: "rejected", reason: "expired" });
    });

    it("SEC-20 counts the idle timeout from the last read", async () => {
      const { clock, visit } = await visitor({ mode: mode() });
      for (let reads = 0; reads < 10; reads++) {
        clock.advance(DAY - 1);
        expect(await visit()).toBe("known");
      }
    });

    for (const path of ["/", "/write", "/regenerate"]) {
      it(`SEC-21 ends at the absolute timeout, however often ${path} was visited`, async () => {
        const { clock, visit } = await visitor({ mode: mode() });
        for (let days = 0; days < 59; days++) {
          clock.advance(DAY / 2);
          expect(await visit(path)).toBe("known");
        }
        clock.advance(DAY / 2 - 0.001);
        expect(await visit()).toBe("known");
        clock.advance(0.001);
        expect(await visit()).toBe("new");
      });
    }

    it("counts the absolute timeout from the login", async () => {
      const { clock, visit } = await visitor({ mode: mode(), lifetime: { idle: 20 * DAY } });
      clock.advance(19 * DAY);
      await visit("/bind");
      clock.advance(19 * DAY);
      expect(await visit()).toBe("known");
      clock.advance(11 * DAY);
      expect(await visit()).toBe("new");
    });

    it("ends sessions that were made under a longer absolute timeout", async () => {
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

describe("expiresAt", () => {
  it("is idle seconds from now, and never past the absolute timeout", async () => {
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

describe("lifetime options", () => {
  const mode = serverSide(memoryStore());
  it("are refused when they are no duration", () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "1h" as unknown as number]) {
      // A number alone could be either of them.
      for (const lifetime of [{ idle: wrong }, { absolute: wrong }, 3600 as never]) {
        expect(() => new SessionManager({ mode, lifetime })).toThrow(
          expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("seconds") }),
        );
      }
    }
    expect(() => new SessionManager({ mode, lifetime: { touchInterval: -1 } })).toThrow("touchInterval");
    expect(() => new SessionManager({ mode, lifetime: { idle: 10, touchInterval: 10 } })).toThrow("touchInterval");
  });

  it("may say that only the absolute timeout is short", () => {
    expect(() => new SessionManager({ mode: mode, lifetime: { absolute: 60 } })).not.toThrow();
  });

  it("are missing a mode: says which there are", () => {
    expect(() => new SessionManager({} as SessionManagerOptions)).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: expect.stringContaining("serverSide(memoryStore())"),
      }),
    );
    expect(() => serverSide(undefined as never)).toThrow("needs a store");
    for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(() => serverSide(memoryStore(), { timeout })).toThrow("timeout");
    }
  });

  it("hold a schema that is none: says so before the first request", () => {
    expect(() => new SessionManager({ mode, schema: {} as never })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("schema") }),
    );
  });

  it("give a cookie a name that leaves no room for a session in it", () => {
    for (const make of [signedCookie, encryptedCookie]) {
      const options = { mode: make({ secrets: secret() }), cookie: { name: "n".repeat(4096) } };
      expect(() => new SessionManager(options)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("cookie.name") }),
      );
    }
  });
});
