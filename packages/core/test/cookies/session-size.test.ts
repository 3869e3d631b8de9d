import {
  memoryStore,
  type Session,
  type SessionError,
  type SessionEvent,
  SessionManager,
  type SessionMode,
  serverSide,
} from "@coatcheck/core";
import { cookieModes, secret, shapeOf, sizeOf, visitor } from "@coatcheck/test-support";
import { fakeClock, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** The response of a request that changes its session. */
async function respond(sessions: SessionManager, act: (session: Session) => unknown): Promise<Response> {
  return sessions.handle(new Request("https://localhost/"), async (pending) => {
    act(await pending);
    return new Response(null);
  });
}

const write = (session: Session) => session.set("theme", "dark");

describe("cookie size, server-side", () => {
  const kinds: Record<string, (store: ReturnType<typeof memoryStore>) => SessionMode> = {
    "with plain ids": (store) => serverSide(store),
    "with signed ids": (store) => serverSide(store, { secrets: secret() }),
  };
  for (const [kind, modeOver] of Object.entries(kinds)) {
    it(`SEC-33 may be 4096 bytes, and stores nothing for a cookie of 4097, ${kind}`, async () => {
      const store = faultyStore(memoryStore());
      const send = async (name: string) => {
        const sessions = new SessionManager({ mode: modeOver(store), cookie: { name } });
        const [line = ""] = (await respond(sessions, write)).headers.getSetCookie();
        return sizeOf(line);
      };
      const valueLength = (await send("s")) - 1;
      expect(await send("s".repeat(4096 - valueLength))).toBe(4096);
      store.resetCalls();
      await expect(send("s".repeat(4097 - valueLength))).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect(store.calls.create).toBe(0);
    });
  }

  it("SEC-33 does not limit the data, which has a limit of its own and is not stored beyond it", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const put = (bytes: number) => respond(sessions, (session) => session.set("cart", "x".repeat(bytes)));
    expect((await put(500_000)).headers.getSetCookie().length).toBe(1);
    store.resetCalls();
    const error = await put(2_000_000).catch((thrown: unknown) => thrown as SessionError);
    expect(error).toMatchObject({ code: "SESSION_TOO_LARGE", message: expect.stringContaining("cart") });
    expect(store.calls.create).toBe(0);
  });
});

for (const { name, mode } of cookieModes()) {
  describe(`cookie size, ${name}`, () => {
    it("SEC-33 may be 4096 bytes, and throws SESSION_TOO_LARGE for 4097", async () => {
      const secrets = secret();
      const sizes = new Set<number>();
      for (const cookieName of ["__Host-s", "__Host-se", "__Host-ses", "__Host-sess"]) {
        const sessions = new SessionManager({
          mode: mode(secrets),
          cookie: { name: cookieName },
          now: fakeClock().now,
        });
        const send = async (bytes: number) => {
          const put = (session: Session) => session.set("cart", "x".repeat(bytes));
          const result = await respond(sessions, put).catch((error: SessionError) => error);
          return result instanceof Response ? sizeOf(result.headers.getSetCookie()[0] ?? "") : result.code;
        };
        // Base64 encodes three bytes as four characters, so three small sessions determine the size of any session.
        const small = [await send(0), await send(1), await send(2)].map(Number);
        const predict = (bytes: number) => (small[bytes % 3] ?? 0) + 4 * Math.floor(bytes / 3);
        let bytes = 2000;
        while (predict(bytes) < 4096 - 20) bytes += 1;
        for (; predict(bytes) < 4096 + 20; bytes += 1) {
          const size = predict(bytes);
          sizes.add(size);
          expect(await send(bytes)).toBe(size <= 4096 ? size : "SESSION_TOO_LARGE");
        }
      }
      expect([...sizes]).toEqual(expect.arrayContaining([4095, 4096, 4097, 4098]));
    });

    it("SEC-33 counts the name, and leaves the rest to the value", async () => {
      for (const length of [500, 1500, 3500]) {
        const sessions = new SessionManager({ mode: mode(), cookie: { name: "s".repeat(length) } });
        const { headers } = await respond(sessions, write);
        expect(headers.getSetCookie().map(sizeOf)).toEqual([expect.toSatisfy((size: number) => size > length)]);
      }
    });

    it("SEC-33 counts bytes, not characters", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const put = (text: string) => respond(sessions, (session) => session.set("cart", text));
      expect((await put("x".repeat(2000))).headers.getSetCookie().length).toBe(1);
      await expect(put("\u{1f9e5}".repeat(1000))).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
    });

    it("SEC-33 sets no header when it is exceeded", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const pending = sessions.open(new Request("https://localhost/"));
      (await pending).set("cart", "x".repeat(5000));
      const response = new Response(null, { headers: { "Set-Cookie": "a=1" } });
      await expect(sessions.commit(pending, response)).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect([...response.headers].map(([key, value]) => `${key}: ${shapeOf(value)}`)).toEqual(["set-cookie: a=…"]);
    });

    it("SEC-33 keeps the old session when it is exceeded", async () => {
      const { client, visit } = visitor(new SessionManager({ mode: mode() }));
      await visit(write);
      const before = await client.cookieHeader();
      for (const renew of [() => undefined, (session: Session) => session.regenerate()]) {
        const grow = visit((session) => {
          renew(session);
          session.set("cart", "x".repeat(5000));
        });
        await expect(grow).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
        expect((await client.cookieHeader()) === before).toBe(true);
        expect((await visit((session) => [...session.entries()])).result).toEqual([["theme", "dark"]]);
      }
    });

    it("SEC-33 emits no event when it is exceeded", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const { visit } = visitor(sessions);
      const grow = (session: Session) => session.set("cart", "x".repeat(5000));
      await expect(visit(grow)).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect(events.map(({ type }) => type)).toEqual([]);
      await visit(write);
      const growWithNewId = visit((session) => {
        session.regenerate();
        grow(session);
      });
      await expect(growWithNewId).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("SEC-33 names the largest keys with their sizes when it is exceeded, and none of the data", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const tooLarge = respond(sessions, (session) => {
        session.set("note", "n".repeat(300));
        session.set("cart", "q".repeat(5000));
        session.set("draft", "q".repeat(1000));
        session.set("theme", "z");
      });
      const { message } = await tooLarge.then(
        () => new Error("accepted"),
        (error: Error) => error,
      );
      expect(message).toMatch(/cart \(500\d\b.*draft \(100\d\b.*note \(30\d\b/);
      expect(message).not.toMatch(/qq|nn|theme/);
    });
  });
}
