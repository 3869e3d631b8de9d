import { type CookieOptions, type Session, type SessionEvent, SessionManager } from "@coatcheck/core";
import { attributesOf, modes, shapeOf, sizeOf, visitor } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const DAY = 24 * 3600;

function maxAgeOf(line: string | undefined): number | undefined {
  const seconds = /; Max-Age=(\d+)(;|$)/.exec(line ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** The response of a request that changes its session. */
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
  "the default attributes": {},
  "Partitioned and SameSite=None": { sameSite: "none", partitioned: true },
  "Domain and Path": { name: "__Secure-session", domain: "example.com", path: "/app", sameSite: "strict" },
  "Domain, Path, SameSite=None and Partitioned": {
    name: "session",
    domain: "shop.example.com",
    path: "/app/",
    sameSite: "none",
    partitioned: true,
  },
  "neither Secure nor HttpOnly": { name: "session", secure: false, httpOnly: false },
};

const ENDINGS: Record<string, (session: Session) => void> = {
  destroy: (session) => session.destroy(),
  "clear with a subject": (session) => session.clear(),
  "deleting the last key": (session) => {
    session.delete("theme");
  },
};

for (const { name, mode } of modes()) {
  describe(`Set-Cookie, ${name}`, () => {
    for (const [variant, cookie] of Object.entries(COOKIES)) {
      it(`SEC-32 removes a cookie with the attributes it was set with: ${variant}`, async () => {
        for (const persistent of [false, true]) {
          for (const [ending, end] of Object.entries(ENDINGS)) {
            const sessions = new SessionManager({ mode: mode(), cookie, persistent });
            const acts = [
              (session: Session) => {
                session.set("theme", "dark");
                if (end === ENDINGS["clear with a subject"]) session.bind("ann");
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

    it("SEC-32 removes nothing from a browser without a session cookie", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const response = await respond(sessions, (session) => {
        session.set("theme", "dark");
        session.destroy();
      });
      expect(response.headers.getSetCookie().length).toBe(0);
    });

    it("SEC-34 keeps the application's cookies and their order", async () => {
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

    it("SEC-34 replaces cookies of its own name", async () => {
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

    it("SEC-34 keeps a cookie without a name", async () => {
      const sessions = new SessionManager({ mode: mode(), cookie: { name: "session" } });
      const response = await respond(sessions, write, new Response(null, { headers: { "Set-Cookie": "sessions" } }));
      expect(response.headers.getSetCookie().map(shapeOf)[0]).toBe("sessions");
    });

    it("SEC-34 sets one cookie when a session is committed twice, to the same response and to another", async () => {
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

    it("SEC-35 limits Max-Age to 400 days", async () => {
      const lifetime = { idle: 1000 * DAY, absolute: 1000 * DAY };
      const sessions = new SessionManager({ mode: mode(), lifetime, persistent: true });
      const [line] = (await respond(sessions, write)).headers.getSetCookie();
      expect(maxAgeOf(line)).toBe(34_560_000);
    });

    it("SEC-35 does not shorten a Max-Age of up to 400 days", async () => {
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
    function start(persistent?: boolean, lifetime = { idle: DAY, absolute: 30 * DAY }) {
      const clock = fakeClock();
      const options = { mode: mode(), lifetime, now: clock.now };
      const sessions = new SessionManager(persistent === undefined ? options : { ...options, persistent });
      return { clock, ...visitor(sessions) };
    }

    it("sets Max-Age to the idle timeout, and none when it is false", async () => {
      const { visit } = start();
      expect((await visit(write)).cookies.map(shapeOf)).toEqual([
        "__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax",
      ]);
      const { cookies } = await visit(persist);
      expect(cookies.map(shapeOf)).toEqual([
        `__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${DAY}`,
      ]);
    });

    it("sends the cookie again when the session is extended", async () => {
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

    it("limits Max-Age to the absolute timeout", async () => {
      const { clock, visit } = start(true, { idle: DAY, absolute: 2 * DAY });
      await visit(write);
      for (let hours = 0; hours < 36; hours += 12) {
        clock.advance(12 * 3600);
        await visit(read);
      }
      clock.advance(3600);
      expect((await visit((session) => session.set("theme", "light"))).cookies.map(maxAgeOf)).not.toContain(DAY);
      clock.advance(3600);
      const { cookies } = await visit((session) => session.regenerate());
      expect(cookies.map(maxAgeOf)).toEqual([10 * 3600]);
    });

    it("starts with the option of the manager and can be set to false", async () => {
      const { visit } = start(true);
      const { cookies } = await visit((session) => {
        write(session);
        session.persistent = false;
      });
      expect(cookies.map(maxAgeOf)).toEqual([undefined]);
    });

    it("removes Max-Age when it is set to false, and stays false", async () => {
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

    it("stays true when the id changes", async () => {
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
