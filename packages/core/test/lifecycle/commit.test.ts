import { memoryStore, type Session, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modes, visitor } from "@coatcheck/test-support";
import { browser, faultyStore, sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const NO_CALLS = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };
const TOUCH_INTERVAL = 2.4 * 3600;

/** The code of the error that `act` throws. */
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
  return "no error";
}

const WRITES: Record<string, (session: Session) => void> = {
  set: (session) => session.set("theme", "light"),
  delete: (session) => session.delete("theme"),
  take: (session) => session.take("theme"),
  update: (session) => session.update("count", (n) => Number(n ?? 0) + 1),
  clear: (session) => session.clear(),
  flash: (session) => session.flash("notice", "late"),
  bind: (session) => session.bind("eve"),
  regenerate: (session) => session.regenerate(),
  destroy: (session) => session.destroy(),
  persistent: (session) => {
    session.persistent = true;
  },
};

for (const { name, mode } of modes()) {
  describe(`SessionManager.commit, ${name}`, () => {
    it("writes nothing and sets the same cookie when the session is committed again", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const pending = sessions.open(new Request("https://localhost/"));
      const session = await pending;
      session.set("theme", "dark");
      const first = await sessions.commit(pending, new Response());
      const second = await sessions.commit(session, new Response());
      const third = await sessions.commit(session, first);
      const lines = first.headers.getSetCookie();
      expect(lines).toHaveLength(1);
      expect(JSON.stringify(second.headers.getSetCookie()) === JSON.stringify(lines)).toBe(true);
      expect(third.headers.getSetCookie()).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("throws SESSION_FOREIGN for a session of another manager, awaited or not, and saves nothing", async () => {
      const shared = mode();
      const own = new SessionManager({ mode: shared });
      const other = new SessionManager({ mode: shared });
      const pending = own.open(new Request("https://localhost/"));
      await expect(other.commit(pending, new Response())).rejects.toMatchObject({ code: "SESSION_FOREIGN" });
      const session = await pending;
      session.set("theme", "dark");
      for (const foreign of [pending, session]) {
        await expect(other.commit(foreign, new Response())).rejects.toMatchObject({ code: "SESSION_FOREIGN" });
      }
      expect(session.id).toBeUndefined();
      // Its own manager still commits it.
      expect((await own.commit(session, new Response())).headers.getSetCookie()).toHaveLength(1);
    });

    it("leaves a 101 response untouched and reports the dropped write", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const response = upgradeResponse();
      const result = await sessions.handle(new Request("https://localhost/"), async (pending) => {
        (await pending).set("a", 1);
        return response;
      });
      expect(result).toBe(response);
      expect([...response.headers.keys()]).toEqual([]);
      expect(events).toEqual([{ type: "write-dropped", id: undefined, reason: "undeliverable" }]);
    });

    it("leaves a 101 response untouched when the session was only read", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const response = upgradeResponse();
      const result = await sessions.handle(new Request("https://localhost/"), async (pending) => {
        expect((await pending).get("a")).toBeUndefined();
        return response;
      });
      expect(result).toBe(response);
      expect(events).toEqual([]);
    });
  });

  describe(`a committed session, ${name}`, () => {
    for (const [write, act] of Object.entries(WRITES)) {
      it(`throws SESSION_COMMITTED for ${write}`, async () => {
        const { visit } = visitor(new SessionManager({ mode: mode() }));
        const created = await visit((session) => {
          session.set("theme", "dark");
          return session;
        });
        const loaded = await visit((session) => session);
        for (const { result: session } of [created, loaded]) {
          expect(codeOf(() => act(session))).toBe("SESSION_COMMITTED");
          expect([session.get("theme"), session.subject, session.persistent]).toEqual(["dark", undefined, false]);
        }
        const { result } = await visit((session) => Object.fromEntries(session.entries()));
        expect(result).toEqual({ theme: "dark" });
      });
    }

    it("can still be read", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      const { result: session } = await visit((session) => {
        session.set("cart", ["book"]);
        return session;
      });
      expect(Object.fromEntries(session.entries())).toEqual({ cart: ["book"] });
      expect([session.has("cart"), session.size, session.flashed("notice")]).toEqual([true, 1, undefined]);
    });
  });
}

function upgradeResponse(): Response {
  return Object.defineProperty(new Response(null), "status", { value: 101 });
}

describe("store calls of a request", () => {
  /** Counts the store calls of a request that comes `after` seconds after the session was stored. */
  async function callsOf(act: (session: Session) => unknown, after = 0) {
    let now = 0;
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store), now: () => now });
    const cookie = await sessionTransaction(sessions, (session) => session.set("a", { deep: 1 }));
    store.resetCalls();
    now += after * 1000;
    await sessionTransaction(sessions, act, { cookie });
    return store.calls;
  }

  it("are one load when nothing changed", async () => {
    expect(await callsOf((session) => session.get("a"))).toEqual({ ...NO_CALLS, load: 1 });
    expect(await callsOf((session) => session.set("a", { deep: 1 }))).toEqual({ ...NO_CALLS, load: 1 });
  });

  it("are one load when a value was changed and changed back", async () => {
    const calls = await callsOf((session) => {
      const value = session.get("a") as Record<string, unknown>;
      value["more"] = true;
      delete value["more"];
      session.update("a", (current) => current);
    });
    expect(calls).toEqual({ ...NO_CALLS, load: 1 });
  });

  it("are one load and one touch from the touch interval on", async () => {
    expect(await callsOf((session) => session.get("a"), TOUCH_INTERVAL - 1)).toEqual({ ...NO_CALLS, load: 1 });
    expect(await callsOf((session) => session.get("a"), TOUCH_INTERVAL)).toEqual({ ...NO_CALLS, load: 1, touch: 1 });
  });

  it("are one load and one update when the data changed", async () => {
    expect(await callsOf((session) => session.set("b", 2))).toEqual({ ...NO_CALLS, load: 1, update: 1 });
    expect(await callsOf((session) => Object.assign(session.get("a") as object, { deep: 2 }))).toEqual({
      ...NO_CALLS,
      load: 1,
      update: 1,
    });
  });

  it("are one load, one create and one delete for a new id", async () => {
    const expected = { ...NO_CALLS, load: 1, create: 1, delete: 1 };
    expect(await callsOf((session) => session.regenerate())).toEqual(expected);
    expect(await callsOf((session) => session.bind("eve"))).toEqual(expected);
  });

  it("are one load and one delete for a logout", async () => {
    expect(await callsOf((session) => session.destroy())).toEqual({ ...NO_CALLS, load: 1, delete: 1 });
  });

  it("are one load and one delete when the last key is deleted", async () => {
    const store = faultyStore(memoryStore());
    const { visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await visit((session) => session.set("theme", "dark"));
    store.resetCalls();
    await visit((session) => session.delete("theme"));
    expect(store.calls).toEqual({ ...NO_CALLS, load: 1, delete: 1 });
    expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(0);
  });

  it("are none for a new session that stays empty", async () => {
    const store = faultyStore(memoryStore());
    const { visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await visit((session) => session.get("theme"));
    await visit((session) => {
      session.set("theme", "dark");
      session.delete("theme");
    });
    await visit((session) => session.clear());
    await visit((session) => session.destroy());
    expect(store.calls).toEqual(NO_CALLS);
  });

  it("are one create for the first write, in the commit and not before", async () => {
    const store = faultyStore(memoryStore());
    const { visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    const { result } = await visit(async (session) => {
      session.set("theme", "dark");
      session.bind("eve");
      await Promise.resolve();
      return { ...store.calls };
    });
    expect(result).toEqual(NO_CALLS);
    expect(store.calls).toEqual({ ...NO_CALLS, create: 1 });
  });

  it("are one create, however often the session is committed", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const session = await sessions.open(new Request("https://localhost/"));
    session.set("theme", "dark");
    await Promise.all([sessions.commit(session, new Response()), sessions.commit(session, new Response())]);
    await sessions.commit(session, new Response());
    expect(store.calls).toEqual({ ...NO_CALLS, create: 1 });
  });
});

describe("a failing handler", () => {
  /** An application that writes, logs in or logs out, and then fails as the query says. */
  function setUp(options: { commitOnError?: boolean } = {}) {
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({
      mode: serverSide(memoryStore()),
      onEvent: (event) => events.push(event),
      ...options,
    });
    const client = browser({
      fetch: sessions.wrap(async (request, pending) => {
        const { pathname, searchParams } = new URL(request.url);
        const session = await pending;
        if (pathname === "/write") session.set("value", searchParams.get("value") ?? "written");
        if (pathname === "/login") session.bind("eve");
        if (pathname === "/logout") session.destroy();
        if (pathname === "/logout-without-response") return session.destroy() as unknown as Response;
        if (searchParams.has("throw")) throw new Error("the handler failed");
        const status = Number(searchParams.get("status") ?? 200);
        return Response.json({ value: session.get("value"), subject: session.subject }, { status });
      }),
    });
    const read = async (who = client) => (await who.fetch("/read")).json();
    return { client, events, read, sessions };
  }

  for (const [failure, query] of [
    ["an error", "throw"],
    ["a 500", "status=500"],
    ["a 503", "status=503"],
  ] as const) {
    it(`saves no changes with ${failure}`, async () => {
      const { client, read } = setUp();
      await client.fetch("/write?value=before");
      await client.fetch(`/write?value=after&${query}`).catch(() => undefined);
      expect(await read()).toEqual({ value: "before" });
    });

    it(`SEC-05 keeps the old id and saves no login with ${failure}`, async () => {
      const { client, read, sessions } = setUp();
      await client.fetch("/write");
      const cookie = await client.cookieHeader();
      await client.fetch(`/login?${query}`).catch(() => undefined);
      expect(await client.cookieHeader()).toBe(cookie);
      expect(await read()).toEqual({ value: "written" });
      expect(await sessions.list("eve")).toEqual([]);
    });

    it(`SEC-22 logs out with ${failure}`, async () => {
      const { client, read, events } = setUp();
      await client.fetch("/login");
      const thief = await client.clone();
      await client.fetch(`/logout?${query}`).catch(() => undefined);
      expect(await read(thief)).toEqual({});
      expect(events.at(-2)).toMatchObject({ type: "destroyed" });
    });

    it(`saves changes of an existing session with ${failure} if commitOnError is set`, async () => {
      const { client, read } = setUp({ commitOnError: true });
      await client.fetch("/write?value=before");
      await client.fetch(`/write?value=after&${query}`).catch(() => undefined);
      expect(await read()).toEqual({ value: "after" });
    });
  }

  it("SEC-22 logs out when the handler returns no response", async () => {
    const { client, read } = setUp();
    await client.fetch("/login");
    await expect(client.fetch("/logout-without-response")).rejects.toMatchObject({ code: "NO_RESPONSE" });
    expect(await read()).toEqual({});
  });

  it("rejects with the error of the handler", async () => {
    const { client } = setUp();
    await expect(client.fetch("/write?throw")).rejects.toThrow("the handler failed");
  });

  it("does not include a 4xx response, which saves the session", async () => {
    const { client, read } = setUp();
    await client.fetch("/write?status=404");
    expect(await read()).toEqual({ value: "written" });
  });
});
