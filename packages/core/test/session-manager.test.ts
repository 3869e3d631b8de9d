import {
  encryptedCookie,
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { modes, secret, visitor } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

function setUp() {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({
    mode: serverSide(memoryStore()),
    now: clock.now,
    onEvent: (event) => events.push(event),
  });
  const fetch = sessions.wrap(async (request, pending) => {
    const { pathname, searchParams } = new URL(request.url);
    const session = await pending;
    if (pathname === "/login") session.bind(searchParams.get("as") ?? "eve");
    if (pathname === "/logout") session.destroy();
    const response = Response.json({});
    await sessions.commit(session, response);
    return new Response(JSON.stringify({ id: session.id, subject: session.subject }), response);
  });
  const device = async (as?: string) => {
    const client = browser({ fetch });
    const { id } = as === undefined ? { id: "" } : await (await client.fetch(`/login?as=${as}`)).json();
    return { client, id: id as string, who: async () => (await (await client.fetch("/")).json()).subject };
  };
  return { clock, events, sessions, device };
}

describe("SessionManager.list", () => {
  it("SEC-27 tells of each session of a subject, and nothing that would do as a cookie", async () => {
    const { sessions, device, clock } = setUp();
    const first = await device("eve");
    clock.advance(60);
    const second = await device("eve");
    await device("grace");
    const list = await sessions.list("eve");
    expect(list).toEqual([
      expect.objectContaining({ id: second.id, subject: "eve", authenticatedAt: clock.now() }),
      expect.objectContaining({ id: first.id, subject: "eve", authenticatedAt: clock.now() - 60_000 }),
    ]);
    const thief = await device();
    for (const { id } of list) {
      await thief.client.setCookie(`__Host-session=${id}; Path=/; Secure`);
      expect(await thief.who()).toBeUndefined();
    }
  });

  it("leaves out what has expired", async () => {
    const { sessions, device, clock } = setUp();
    await device("eve");
    clock.advance(24 * 3600);
    expect(await sessions.list("eve")).toEqual([]);
  });
});

describe("SessionManager.revoke", () => {
  it("SEC-24 ends one session by its public id, and no other", async () => {
    const { sessions, device, events } = setUp();
    const first = await device("eve");
    const second = await device("eve");
    expect(await sessions.revoke(first.id)).toBe(true);
    expect(await first.who()).toBeUndefined();
    expect(await second.who()).toBe("eve");
    expect(events).toContainEqual({ type: "revoked", id: first.id });
    expect(await sessions.revoke(first.id)).toBe(false);
  });

  it("SEC-04 asks no store for what is no id", async () => {
    const asked: string[] = [];
    const store: SessionStore = {
      ...memoryStore(),
      delete: async (key) => {
        asked.push(key);
        return "gone";
      },
    };
    const sessions = new SessionManager({ mode: serverSide(store) });
    for (const wrong of ["", "../x", "a".repeat(42), "a".repeat(44), "A".repeat(44), "é".repeat(43), "%".repeat(43)]) {
      expect(await sessions.revoke(wrong)).toBe(false);
    }
    expect(asked).toEqual([]);
  });
});

describe("SessionManager.revokeAll", () => {
  it("SEC-24 ends all sessions of a subject, by anybody who may call it", async () => {
    const { sessions, device, events } = setUp();
    const devices = await Promise.all([device("eve"), device("eve"), device("eve")]);
    const other = await device("grace");
    expect(await sessions.revokeAll("eve")).toBe(3);
    for (const { who } of devices) expect(await who()).toBeUndefined();
    expect(await other.who()).toBe("grace");
    expect(events).toContainEqual({ type: "revoked", subject: "eve", count: 3 });
  });

  it("SEC-24 ends each of 20 logins that it races with, or comes before it; nothing in between", async () => {
    const { sessions, device } = setUp();
    const logins = Array.from({ length: 20 }, () => device("eve"));
    const counts = [await logins[0], sessions.revokeAll("eve"), await logins[10], sessions.revokeAll("eve")];
    const ended = Number(await counts[1]) + Number(await counts[3]);
    const devices = await Promise.all(logins);
    const alive = (await sessions.list("eve")).map(({ id }) => id);
    expect(ended + alive.length).toBe(20);
    for (const { id, who } of devices) expect(await who()).toBe(alive.includes(id) ? "eve" : undefined);
  });

  it("SEC-24 ends nothing when the one to spare is given in the wrong form", async () => {
    const { sessions, device } = setUp();
    const mine = await device("eve");
    await expect(sessions.revokeAll("eve", mine.id as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(await mine.who()).toBe("eve");
  });

  it("SEC-24 spares one", async () => {
    const { sessions, device } = setUp();
    const mine = await device("eve");
    const lost = await device("eve");
    expect(await sessions.revokeAll("eve", { except: mine.id })).toBe(1);
    expect(await mine.who()).toBe("eve");
    expect(await lost.who()).toBeUndefined();
  });
});

describe("finding and ending sessions", () => {
  it("is refused with UNSUPPORTED in cookie modes and by a store without an index", async () => {
    const { traits, load, create, update, touch, delete: remove } = memoryStore();
    const bare: SessionStore = { traits, load, create, update, touch, delete: remove };
    for (const mode of [
      signedCookie({ secrets: secret() }),
      encryptedCookie({ secrets: secret() }),
      serverSide(bare),
    ]) {
      const sessions = new SessionManager({ mode });
      await expect(sessions.list("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
      await expect(sessions.revokeAll("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });
});

describe("binding", () => {
  it("SEC-05 gives a new id at each login, the old one being dead, also for the same subject again", async () => {
    const { device, sessions } = setUp();
    const { client, who } = await device("eve");
    for (const as of ["eve", "eve"]) {
      const thief = await client.clone();
      const before = await client.cookieHeader();
      await client.fetch(`/login?as=${as}`);
      expect(await client.cookieHeader()).not.toBe(before);
      expect(await (await thief.fetch("/")).json()).toEqual({});
      expect(await who()).toBe("eve");
    }
    expect(await sessions.list("eve")).toHaveLength(1);
  });

  it("hands nothing of one subject's session to the next subject", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const client = browser({
      fetch: sessions.wrap(async (request, pending) => {
        const { pathname, searchParams } = new URL(request.url);
        const session = await pending;
        if (pathname === "/set") session.set(searchParams.get("key") ?? "", 1);
        if (pathname === "/login") {
          session.set("language", "en");
          session.bind(searchParams.get("as") ?? "");
        }
        return Response.json([...Object.keys(Object.fromEntries(session.entries())), session.subject]);
      }),
    });
    await client.fetch("/set?key=cart");
    expect(await (await client.fetch("/login?as=eve")).json()).toEqual(["cart", "language", "eve"]);
    await client.fetch("/set?key=diary");
    const thief = await client.clone();
    expect(await (await client.fetch("/login?as=grace")).json()).toEqual(["language", "grace"]);
    expect(await (await client.fetch("/")).json()).toEqual(["language", "grace"]);
    expect(await (await thief.fetch("/")).json()).toEqual([null]);
  });

  it("hands the wish to be remembered of one subject to nobody else", async () => {
    for (const { mode } of modes()) {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      const { cookies } = await visit((session) => {
        session.bind("eve");
        session.persistent = true;
      });
      expect(cookies[0]).toContain("Max-Age");
      const { cookies: ofGrace } = await visit((session) => session.bind("grace"));
      expect(ofGrace[0]).toContain("__Host-session=");
      expect(ofGrace[0]).not.toContain("Max-Age");
    }
  });

  it("wants a subject", async () => {
    const { device } = setUp();
    const { client } = await device();
    await expect(client.fetch("/login?as=")).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});
