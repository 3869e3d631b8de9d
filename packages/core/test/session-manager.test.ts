import {
  encryptedCookie,
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** An application in which users log in on several devices. */
function setUp() {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({
    mode: serverSide(memoryStore()),
    now: clock.now,
    onEvent: (event) => events.push(event),
  });
  const fetch = sessions.wrap(async (request, pending) => {
    const session = await pending;
    const subject = new URL(request.url).searchParams.get("login");
    if (subject !== null) session.bind(subject);
    const response = await sessions.commit(session, Response.json({}));
    return new Response(JSON.stringify({ id: session.id, subject: session.subject }), response);
  });
  /** Logs in on a new device. */
  const logIn = async (subject: string) => {
    const client = browser({ fetch });
    const { id }: { id: string } = await (await client.fetch(`/?login=${subject}`)).json();
    return { client, id, subject: async () => (await (await client.fetch("/")).json()).subject };
  };
  return { clock, events, sessions, fetch, logIn };
}

describe("new SessionManager", () => {
  const mode = serverSide(memoryStore());

  it("rejects a lifetime that is not a duration", () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "1h" as unknown as number]) {
      // A single number could be either of the two timeouts.
      for (const lifetime of [{ idle: wrong }, { absolute: wrong }, 3600 as never]) {
        expect(() => new SessionManager({ mode, lifetime })).toThrow(
          expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("seconds") }),
        );
      }
    }
    expect(() => new SessionManager({ mode, lifetime: { touchInterval: -1 } })).toThrow("touchInterval");
    expect(() => new SessionManager({ mode, lifetime: { idle: 10, touchInterval: 10 } })).toThrow("touchInterval");
  });

  it("accepts an absolute timeout that is shorter than the default idle timeout", () => {
    expect(() => new SessionManager({ mode, lifetime: { absolute: 60 } })).not.toThrow();
  });

  it("rejects a missing mode and names the modes", () => {
    expect(() => new SessionManager({} as SessionManagerOptions)).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: expect.stringContaining("serverSide(memoryStore())"),
      }),
    );
  });

  it("rejects an invalid schema", () => {
    expect(() => new SessionManager({ mode, schema: {} as never })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("schema") }),
    );
  });

  it("rejects a cookie name that leaves no room for a value in the cookie modes", () => {
    for (const cookieMode of [signedCookie, encryptedCookie]) {
      const options = { mode: cookieMode({ secrets: secret() }), cookie: { name: "n".repeat(4096) } };
      expect(() => new SessionManager(options)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("cookie.name") }),
      );
    }
  });
});

describe("serverSide", () => {
  it("rejects a missing store and an invalid timeout", () => {
    expect(() => serverSide(undefined as never)).toThrow("must be a session store");
    for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(() => serverSide(memoryStore(), { timeout })).toThrow("timeout");
    }
  });
});

describe("onEvent", () => {
  it("fails the request when it throws", async () => {
    const sessions = new SessionManager({
      mode: serverSide(memoryStore()),
      onEvent: () => {
        throw new Error("the audit log is full");
      },
    });
    const writing = sessions.handle(new Request("https://localhost/"), async (pending) => {
      (await pending).set("a", 1);
      return new Response();
    });
    await expect(writing).rejects.toThrow("the audit log is full");
  });
});

describe("SessionManager.list", () => {
  it("SEC-27 returns the sessions of a subject, newest login first, and nothing that works as a cookie", async () => {
    const { sessions, fetch, logIn, clock } = setUp();
    const first = await logIn("eve");
    clock.advance(60);
    const second = await logIn("eve");
    await logIn("grace");
    const list = await sessions.list("eve");
    expect(list).toEqual([
      expect.objectContaining({ id: second.id, subject: "eve", authenticatedAt: clock.now() }),
      expect.objectContaining({ id: first.id, subject: "eve", authenticatedAt: clock.now() - 60_000 }),
    ]);
    const thief = browser({ fetch });
    for (const { id } of list) {
      await thief.setCookie(`__Host-session=${id}; Path=/; Secure`);
      expect(await (await thief.fetch("/")).json()).toEqual({});
    }
  });

  it("leaves out expired sessions", async () => {
    const { sessions, logIn, clock } = setUp();
    await logIn("eve");
    clock.advance(24 * 3600);
    expect(await sessions.list("eve")).toEqual([]);
  });

  it("throws UNSUPPORTED in cookie modes and with a store that has no subject index", async () => {
    for (const sessions of managersWithoutIndex()) {
      await expect(sessions.list("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });
});

describe("SessionManager.revoke", () => {
  it("SEC-24 ends one session by its public id, and no other", async () => {
    const { sessions, logIn, events } = setUp();
    const first = await logIn("eve");
    const second = await logIn("eve");
    expect(await sessions.revoke(first.id)).toBe(true);
    expect(await first.subject()).toBeUndefined();
    expect(await second.subject()).toBe("eve");
    expect(events).toContainEqual({ type: "revoked", id: first.id });
    expect(await sessions.revoke(first.id)).toBe(false);
  });

  it("SEC-04 calls no store for a malformed id", async () => {
    const deleted: string[] = [];
    const store: SessionStore = {
      ...memoryStore(),
      delete: async (key) => {
        deleted.push(key);
        return "gone";
      },
    };
    const sessions = new SessionManager({ mode: serverSide(store) });
    for (const wrong of ["", "../x", "a".repeat(42), "a".repeat(44), "A".repeat(44), "é".repeat(43), "%".repeat(43)]) {
      expect(await sessions.revoke(wrong)).toBe(false);
    }
    expect(deleted).toEqual([]);
  });
});

describe("SessionManager.revokeAll", () => {
  it("SEC-24 ends all sessions of a subject, and no others", async () => {
    const { sessions, logIn, events } = setUp();
    const devices = await Promise.all([logIn("eve"), logIn("eve"), logIn("eve")]);
    const other = await logIn("grace");
    expect(await sessions.revokeAll("eve")).toBe(3);
    for (const { subject } of devices) expect(await subject()).toBeUndefined();
    expect(await other.subject()).toBe("grace");
    expect(events).toContainEqual({ type: "revoked", subject: "eve", count: 3 });
  });

  it("SEC-24 either ends a login completely or leaves it complete when 20 logins run at the same time", async () => {
    const { sessions, logIn } = setUp();
    const logins = Array.from({ length: 20 }, () => logIn("eve"));
    const counts = [await logins[0], sessions.revokeAll("eve"), await logins[10], sessions.revokeAll("eve")];
    const ended = Number(await counts[1]) + Number(await counts[3]);
    const devices = await Promise.all(logins);
    const alive = (await sessions.list("eve")).map(({ id }) => id);
    expect(ended + alive.length).toBe(20);
    for (const { id, subject } of devices) expect(await subject()).toBe(alive.includes(id) ? "eve" : undefined);
  });

  it("SEC-24 spares the session given as except", async () => {
    const { sessions, logIn } = setUp();
    const mine = await logIn("eve");
    const lost = await logIn("eve");
    expect(await sessions.revokeAll("eve", { except: mine.id })).toBe(1);
    expect(await mine.subject()).toBe("eve");
    expect(await lost.subject()).toBeUndefined();
  });

  it("SEC-24 ends nothing when its options are not an object", async () => {
    const { sessions, logIn } = setUp();
    const mine = await logIn("eve");
    await expect(sessions.revokeAll("eve", mine.id as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(await mine.subject()).toBe("eve");
  });

  it("throws UNSUPPORTED in cookie modes and with a store that has no subject index", async () => {
    for (const sessions of managersWithoutIndex()) {
      await expect(sessions.revokeAll("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });
});

/** Managers that cannot find the sessions of a subject. */
function managersWithoutIndex(): readonly SessionManager[] {
  const { traits, load, create, update, touch, delete: remove } = memoryStore();
  const bare: SessionStore = { traits, load, create, update, touch, delete: remove };
  return [signedCookie({ secrets: secret() }), encryptedCookie({ secrets: secret() }), serverSide(bare)].map(
    (mode) => new SessionManager({ mode }),
  );
}
