import {
  type CookieOptions,
  memoryStore,
  type Session,
  type SessionError,
  type SessionEvent,
  SessionManager,
  type SessionMode,
  serverSide,
} from "@coatcheck/core";
import { attributesOf, cookieModes, modes, secret, shapeOf, sizeOf, visitor } from "@coatcheck/test-support";
import { browser, fakeClock, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const DAY = 24 * 3600;

function maxAgeOf(line: string | undefined): number | undefined {
  const seconds = /; Max-Age=(\d+)(;|$)/.exec(line ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Commits a session that was changed like that to a response of its own. */
async function respond(
  sessions: SessionManager,
  act: (session: Session) => unknown,
  response: Response = new Response(null),
): Promise<Response> {
  return sessions.handle(new Request("https://localhost/"), async (pending) => {
    act(await pending);
    return response;
  });
}

const COOKIES: Record<string, CookieOptions> = {
  "with the defaults": {},
  "with Partitioned and SameSite=None": { sameSite: "none", partitioned: true },
  "with Domain and Path": { name: "__Secure-session", domain: "example.com", path: "/app", sameSite: "strict" },
  "with Domain, Path, SameSite=None and Partitioned": {
    name: "session",
    domain: "shop.example.com",
    path: "/app/",
    sameSite: "none",
    partitioned: true,
  },
  "without Secure and HttpOnly": { name: "session", secure: false, httpOnly: false },
};

const ENDINGS: Record<string, (session: Session) => void> = {
  destroy: (session) => session.destroy(),
  "clear, which logs out": (session) => session.clear(),
  "deleting the last key": (session) => {
    session.delete("theme");
  },
};

for (const { name, mode } of modes()) {
  describe(`Set-Cookie, ${name}`, () => {
    for (const [variant, cookie] of Object.entries(COOKIES)) {
      it(`SEC-32 removes a cookie ${variant} by one with the same attributes`, async () => {
        for (const persistent of [false, true]) {
          for (const [ending, end] of Object.entries(ENDINGS)) {
            const sessions = new SessionManager({ mode: mode(), cookie, persistent });
            const acts = [
              (session: Session) => {
                session.set("theme", "dark");
                if (end === ENDINGS["clear, which logs out"]) session.bind("ann");
              },
              end,
            ];
            const client = browser({
              origin: "https://shop.example.com",
              fetch: sessions.wrap(async (_request, pending) => {
                acts.shift()?.(await pending);
                return new Response(null);
              }),
            });
            const [set = ""] = (await client.fetch("/app/login")).headers.getSetCookie();
            expect((await client.cookieHeader("/app/page")).length, ending).toBeGreaterThan(40);
            const [removed = "", ...others] = (await client.fetch("/app/logout")).headers.getSetCookie();
            expect(others.length, ending).toBe(0);
            expect(attributesOf(removed), ending).toEqual(attributesOf(set));
            expect(removed.startsWith(`${cookie.name ?? "__Host-session"}=;`), ending).toBe(true);
            expect(maxAgeOf(removed), ending).toBe(0);
            expect((await client.cookieHeader("/app/page")).length, ending).toBe(0);
          }
        }
      });
    }

    it("SEC-32 removes nothing from a browser that has no cookie of ours", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const response = await respond(sessions, (session) => {
        session.set("theme", "dark");
        session.destroy();
      });
      expect(response.headers.getSetCookie().length).toBe(0);
    });

    it("SEC-34 leaves the application's own cookies as they are and in order", async () => {
      const own = [
        "a=1; Path=/; Expires=Thu, 01 Jan 2037 00:00:00 GMT",
        "b=2, 3; Path=/x",
        "a=2; Path=/y",
        "__host-session=other; Path=/; Secure",
        "__Host-session2=other; Path=/; Secure",
        "x__Host-session=other",
        "=nameless",
        "valueless",
      ];
      const headers = new Headers();
      for (const line of own) headers.append("Set-Cookie", line);
      const response = await respond(new SessionManager({ mode: mode() }), write, new Response(null, { headers }));
      const lines = response.headers.getSetCookie();
      expect(lines.length).toBe(own.length + 1);
      expect(lines.slice(0, -1)).toEqual(own);
      expect(shapeOf(lines.at(-1))).toBe("__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax");
    });

    it("SEC-34 replaces cookies of our name, so that there is one", async () => {
      const headers = new Headers();
      for (const line of [
        "__Host-session=mine; Path=/; Secure",
        "a=1",
        "__Host-session=; Max-Age=0",
        " __Host-session = x",
      ]) {
        headers.append("Set-Cookie", line);
      }
      const response = await respond(new SessionManager({ mode: mode() }), write, new Response(null, { headers }));
      const lines = response.headers.getSetCookie();
      expect(lines.map(shapeOf)).toEqual(["a=…", "__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax"]);
      expect(sizeOf(lines[1] ?? "")).toBeGreaterThan(50);
    });

    it("SEC-34 takes a cookie without a name for no cookie of ours", async () => {
      const sessions = new SessionManager({ mode: mode(), cookie: { name: "session" } });
      const response = await respond(sessions, write, new Response(null, { headers: { "Set-Cookie": "sessions" } }));
      expect(response.headers.getSetCookie().map(shapeOf)[0]).toBe("sessions");
    });

    it("SEC-34 sets one cookie when a session is committed twice, to one response or to another", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const pending = sessions.open(new Request("https://localhost/"));
      const session = await pending;
      write(session);
      const response = new Response(null);
      await sessions.commit(pending, response);
      const [first] = response.headers.getSetCookie();
      await sessions.commit(session, response);
      const other = await sessions.commit(pending, new Response(null, { headers: { "Set-Cookie": "a=1" } }));
      expect(response.headers.getSetCookie().length).toBe(1);
      expect(response.headers.getSetCookie()[0] === first).toBe(true);
      expect(other.headers.getSetCookie().length).toBe(2);
      expect(other.headers.getSetCookie()[1] === first).toBe(true);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("SEC-35 lets no cookie last longer than 400 days", async () => {
      const lifetime = { idle: 1000 * DAY, absolute: 1000 * DAY };
      const sessions = new SessionManager({ mode: mode(), lifetime, persistent: true });
      const [line] = (await respond(sessions, write)).headers.getSetCookie();
      expect(maxAgeOf(line)).toBe(34_560_000);
    });

    it("SEC-35 lets one of 400 days last as long as it may, and of a second less as long as that", async () => {
      for (const idle of [400 * DAY, 400 * DAY - 1]) {
        const sessions = new SessionManager({
          mode: mode(),
          lifetime: { idle, absolute: 1000 * DAY },
          persistent: true,
          now: fakeClock().now,
        });
        const [line] = (await respond(sessions, write)).headers.getSetCookie();
        expect(maxAgeOf(line)).toBe(idle);
      }
    });
  });

  describe(`session.persistent, ${name}`, () => {
    const lifetime = { idle: DAY, absolute: 30 * DAY };

    function start(persistent?: boolean) {
      const clock = fakeClock();
      const options = { mode: mode(), lifetime, now: clock.now };
      const sessions = new SessionManager(persistent === undefined ? options : { ...options, persistent });
      return { clock, ...visitor(sessions) };
    }

    it("gives the cookie a Max-Age of the idle timeout, and without it there is none", async () => {
      const { visit } = start();
      expect((await visit(write)).cookies.map(shapeOf)).toEqual([
        "__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax",
      ]);
      const { cookies } = await visit(persist);
      expect(cookies.map(shapeOf)).toEqual([
        `__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${DAY}`,
      ]);
    });

    it("sends the cookie again when the session was kept alive, and not before", async () => {
      const { clock, visit } = start(true);
      expect((await visit(write)).cookies.map(maxAgeOf)).toEqual([DAY]);
      clock.advance(DAY / 10 - 1);
      expect((await visit(read)).cookies.length).toBe(0);
      clock.advance(1);
      expect((await visit(read)).cookies.map(maxAgeOf)).toEqual([DAY]);
      clock.advance(DAY - 1);
      const { cookies, result } = await visit(read);
      expect(cookies.map(maxAgeOf)).toEqual([DAY]);
      expect(result).toBe("dark");
    });

    it("gives a Max-Age that ends with the session, when the absolute timeout comes before the idle one", async () => {
      const { clock, visit } = start(true);
      await visit(write);
      for (let hours = 0; hours < 29 * 24 + 12; hours += 12) {
        clock.advance(12 * 3600);
        await visit(read);
      }
      clock.advance(3600);
      expect((await visit((session) => session.set("theme", "light"))).cookies.map(maxAgeOf)).not.toContain(DAY);
      clock.advance(3600);
      const { cookies } = await visit((session) => session.regenerate());
      expect(cookies.map(maxAgeOf)).toEqual([10 * 3600]);
    });

    it("is what new sessions get from the option, and can be turned off for one", async () => {
      const { visit } = start(true);
      const { cookies } = await visit((session) => {
        write(session);
        session.persistent = false;
      });
      expect(cookies.map(maxAgeOf)).toEqual([undefined]);
    });

    it("turned off again takes the Max-Age off the cookie, and it stays off", async () => {
      const { clock, visit } = start(true);
      await visit(write);
      const { cookies } = await visit((session) => {
        session.persistent = false;
      });
      expect(cookies.map(shapeOf)).toEqual(["__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax"]);
      clock.advance(DAY / 2);
      expect((await visit(read)).cookies.map(maxAgeOf)).not.toContain(DAY);
      expect((await visit((session) => session.persistent)).result).toBe(false);
    });

    it("outlives a change of the id", async () => {
      const { visit } = start();
      await visit((session) => {
        write(session);
        persist(session);
      });
      for (const act of [(session: Session) => session.regenerate(), (session: Session) => session.bind("ann")]) {
        expect((await visit(act)).cookies.map(maxAgeOf)).toEqual([DAY]);
      }
    });
  });
}

function read(session: Session): unknown {
  return session.get("theme");
}

function write(session: Session): void {
  session.set("theme", "dark");
}

function persist(session: Session): void {
  session.persistent = true;
}

describe("the size of the cookie, server-side", () => {
  const kinds: Record<string, (store: ReturnType<typeof memoryStore>) => SessionMode> = {
    "with plain ids": (store) => serverSide(store),
    "with signed ids": (store) => serverSide(store, { secrets: secret() }),
  };
  for (const [kind, modeOver] of Object.entries(kinds)) {
    it(`SEC-33 may be 4096 bytes, ${kind}; with a name one byte longer nothing is stored`, async () => {
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

  it("SEC-33 says nothing of the data, which has a limit of its own, and nothing beyond that is stored", async () => {
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
  describe(`the size of the cookie, ${name}`, () => {
    it("SEC-33 may be 4096 bytes, and not one more", async () => {
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
        // In base64 three more bytes are four more characters, so the size of any session follows from three small ones.
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

    it("SEC-33 may be 4096 bytes with whatever share of them in the name", async () => {
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

    it("SEC-33 beyond the limit leaves the response without any header of ours", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const pending = sessions.open(new Request("https://localhost/"));
      (await pending).set("cart", "x".repeat(5000));
      const response = new Response(null, { headers: { "Set-Cookie": "a=1" } });
      await expect(sessions.commit(pending, response)).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect([...response.headers].map(([key, value]) => `${key}: ${shapeOf(value)}`)).toEqual(["set-cookie: a=…"]);
    });

    it("SEC-33 beyond the limit leaves the browser with the session it had", async () => {
      const { client, visit } = visitor(new SessionManager({ mode: mode() }));
      await visit(write);
      const before = await client.cookieHeader();
      for (const prepare of [() => undefined, (session: Session) => session.regenerate()]) {
        const grow = visit((session) => {
          prepare(session);
          session.set("cart", "x".repeat(5000));
        });
        await expect(grow).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
        expect((await client.cookieHeader()) === before).toBe(true);
        expect((await visit((session) => [...session.entries()])).result).toEqual([["theme", "dark"]]);
      }
    });

    it("SEC-33 beyond the limit tells of no session created or regenerated, for there is none", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const { visit } = visitor(sessions);
      const grow = (session: Session) => session.set("cart", "x".repeat(5000));
      await expect(visit(grow)).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect(events.map(({ type }) => type)).toEqual([]);
      await visit(write);
      const growAnew = visit((session) => {
        session.regenerate();
        grow(session);
      });
      await expect(growAnew).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("SEC-33 beyond the limit names the largest keys with their sizes, largest first, and none of the data", async () => {
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
