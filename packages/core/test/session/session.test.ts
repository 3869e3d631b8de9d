import { memoryStore, type Session, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modes, visitor } from "@coatcheck/test-support";
import { fakeClock, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

interface Data {
  cart: string[];
  theme: string;
  count: number;
  user: { name: string; tags?: string[] };
}

const NOTHING = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };

function setUp(mode = serverSide(memoryStore())) {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const sessions = new SessionManager<Data>({ mode, now: clock.now, onEvent: (event) => events.push(event) });
  return { clock, events, sessions, ...visitor(sessions) };
}

/** A visitor of a store that counts. */
function counting() {
  const store = faultyStore(memoryStore());
  return { store, ...setUp(serverSide(store)) };
}

const data = (session: Session<Data>) => Object.fromEntries(session.entries());

/** The code of what `act` throws. */
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
  return "no error";
}

for (const { name, mode } of modes()) {
  describe(`data, ${name}`, () => {
    it("is there on the same request and on the next", async () => {
      const { visit } = setUp(mode());
      const { result } = await visit((session) => {
        const empty = [session.has("cart"), session.get("cart"), session.size];
        session.set("cart", ["book"]);
        session.set("count", 0);
        return [...empty, session.has("cart"), session.has("count"), session.get("cart"), session.size];
      });
      expect(result).toEqual([false, undefined, 0, true, true, ["book"], 2]);
      expect((await visit((session) => [data(session), session.has("theme")])).result).toEqual([
        { cart: ["book"], count: 0 },
        false,
      ]);
    });

    it("is removed by delete, which tells whether it was there", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        session.set("theme", "dark");
        session.set("count", 1);
      });
      const { result } = await visit((session) => [
        session.delete("theme"),
        session.delete("theme"),
        session.has("theme"),
        session.get("theme"),
        session.size,
      ]);
      expect(result).toEqual([true, false, false, undefined, 1]);
      expect((await visit(data)).result).toEqual({ count: 1 });
    });

    it("is handed out once by take", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        session.set("cart", ["book"]);
        session.set("count", 1);
      });
      expect((await visit((session) => [session.take("cart"), session.take("cart")])).result).toEqual([
        ["book"],
        undefined,
      ]);
      expect((await visit(data)).result).toEqual({ count: 1 });
    });

    it("is changed by update, which returns the new value", async () => {
      const { visit } = setUp(mode());
      const step = (n = 0) => n + 1;
      expect((await visit((session) => [session.update("count", step), session.update("count", step)])).result).toEqual(
        [1, 2],
      );
      expect((await visit((session) => session.update("count", step))).result).toBe(3);
      expect((await visit(data)).result).toEqual({ count: 3 });
    });

    it("keeps what update did to the value in place", async () => {
      const { visit } = setUp(mode());
      await visit((session) => session.set("cart", ["book"]));
      await visit((session) =>
        session.update("cart", (cart = []) => {
          cart.push("pen");
          return cart;
        }),
      );
      expect((await visit(data)).result).toEqual({ cart: ["book", "pen"] });
    });

    it("is changed by changing what get handed out", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        session.set("cart", ["book"]);
        session.set("user", { name: "Eve" });
      });
      await visit((session) => {
        session.get("cart")?.push("pen");
        Object.assign(session.get("user") ?? {}, { tags: ["new"] });
      });
      await visit((session) => session.get("user")?.tags?.push("seen"));
      expect((await visit(data)).result).toEqual({
        cart: ["book", "pen"],
        user: { name: "Eve", tags: ["new", "seen"] },
      });
    });

    it("is changed by changing what entries handed out, or what was set", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        const cart = ["book"];
        session.set("cart", cart);
        cart.push("pen");
      });
      await visit((session) => {
        for (const [key, value] of session.entries()) if (key === "cart") value.push("ink");
      });
      expect((await visit(data)).result).toEqual({ cart: ["book", "pen", "ink"] });
    });

    it("is what JSON would give back, not the very objects of another request", async () => {
      const { visit } = setUp(mode());
      const cart = ["book"];
      await visit((session) => session.set("cart", cart));
      cart.push("after the commit");
      expect((await visit((session) => session.get("cart"))).result).toEqual(["book"]);
    });

    it("sends nothing for a new session that is left empty", async () => {
      const { visit, events } = setUp(mode());
      for (const act of [
        (session: Session<Data>) => session.get("cart"),
        (session: Session<Data>) => session.delete("cart"),
        (session: Session<Data>) => session.clear(),
        (session: Session<Data>) => session.regenerate(),
        (session: Session<Data>) => session.destroy(),
        (session: Session<Data>) => {
          session.set("theme", "dark");
          session.delete("theme");
        },
        (session: Session<Data>) => {
          session.flash("notice", "saved");
          session.clear();
        },
      ]) {
        expect((await visit(act)).cookies).toEqual([]);
      }
      expect(events).toEqual([]);
    });

    it("SEC-32 ends the session, and removes the cookie, when the last key is deleted or taken", async () => {
      const removals: ((session: Session<Data>) => unknown)[] = [
        (session) => session.delete("theme"),
        (session) => session.take("theme"),
      ];
      for (const remove of removals) {
        const { client, visit, events } = setUp(mode());
        await visit((session) => session.set("theme", "dark"));
        const { cookies } = await visit(remove);
        expect(cookies).toEqual(["__Host-session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0"]);
        expect(await client.cookieHeader()).toBe("");
        expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
      }
    });

    it("is gone after clear, and with it the subject and the cookie", async () => {
      for (const subject of [undefined, "eve"]) {
        const { client, visit, events } = setUp(mode());
        await visit((session) => {
          session.set("theme", "dark");
          if (subject !== undefined) session.bind(subject);
        });
        const { cookies, result } = await visit((session) => {
          session.clear();
          return [session.size, session.subject];
        });
        expect(result).toEqual([0, undefined]);
        expect(cookies).toEqual([expect.stringContaining("Max-Age=0")]);
        expect(await client.cookieHeader()).toBe("");
        expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
      }
    });

    it("can be written again after clear", async () => {
      for (const subject of [undefined, "eve"]) {
        const { visit } = setUp(mode());
        await visit((session) => {
          session.set("theme", "dark");
          session.set("count", 1);
          if (subject !== undefined) session.bind(subject);
        });
        const { cookies } = await visit((session) => {
          session.clear();
          session.set("theme", "light");
        });
        expect(cookies.filter((line) => line.includes("Max-Age=0"))).toEqual([]);
        expect((await visit((session) => [data(session), session.subject])).result).toEqual([
          { theme: "light" },
          undefined,
        ]);
      }
    });

    it("stays when a subject is all that is left", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        session.set("theme", "dark");
        session.bind("eve");
      });
      await visit((session) => session.delete("theme"));
      expect((await visit((session) => [session.subject, session.size, session.isNew])).result).toEqual([
        "eve",
        0,
        false,
      ]);
    });

    it("sends no cookie for a value equal to what was there", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        session.set("user", { name: "Eve", tags: ["a"] });
        session.set("count", 1);
      });
      const { cookies } = await visit((session) => {
        session.set("user", { name: "Eve", tags: ["a"] });
        session.update("count", (n) => n ?? 0);
        session.get("user")?.tags?.push("b");
        session.get("user")?.tags?.pop();
        session.set("theme", "dark");
        session.delete("theme");
        session.persistent = false;
      });
      expect(cookies).toEqual([]);
    });
  });

  describe(`what a session tells about itself, ${name}`, () => {
    it("is no id before it was first stored, and then one on the same object", async () => {
      const { sessions } = setUp(mode());
      const session = await sessions.open(new Request("https://localhost/"));
      session.set("theme", "dark");
      expect([session.id, session.isNew]).toEqual([undefined, true]);
      await sessions.commit(session, new Response());
      expect(typeof session.id).toBe("string");
      expect(session.isNew).toBe(true);
    });

    it("is no id when nothing was kept", async () => {
      const { visit } = setUp(mode());
      expect((await visit((session) => session)).result.id).toBeUndefined();
    });

    it("is the same id on every request, and another one after regenerate and bind", async () => {
      const { visit } = setUp(mode());
      const ids: (string | undefined)[] = [];
      for (const act of [
        (session: Session<Data>) => session.set("count", 1),
        (session: Session<Data>) => session.set("count", 2),
        (session: Session<Data>) => session.regenerate(),
        (session: Session<Data>) => session.bind("eve"),
        () => undefined,
      ]) {
        const { result: session } = await visit((session) => {
          act(session);
          return session;
        });
        ids.push(session.id);
      }
      const order = ids.map((id) => ids.indexOf(id));
      expect(order).toEqual([0, 0, 2, 3, 3]);
    });

    it("is whether it is new, when it began, when it ends, and who since when", async () => {
      const { clock, visit } = setUp(mode());
      const start = clock.now();
      const day = 24 * 3600 * 1000;
      const about = (session: Session<Data>) => ({
        isNew: session.isNew,
        subject: session.subject,
        createdAt: session.createdAt - start,
        expiresAt: session.expiresAt - start,
        authenticatedAt: session.authenticatedAt === undefined ? undefined : session.authenticatedAt - start,
      });
      const anonymous = { subject: undefined, createdAt: 0, expiresAt: day, authenticatedAt: undefined };
      expect((await visit(about)).result).toEqual({ isNew: true, ...anonymous });
      await visit((session) => session.set("theme", "dark"));
      clock.advance(60);
      expect((await visit(about)).result).toEqual({ isNew: false, ...anonymous });
      const { result: session } = await visit((session) => {
        session.bind("eve");
        return session;
      });
      const bound = { isNew: false, subject: "eve", createdAt: 0, expiresAt: day + 60_000, authenticatedAt: 60_000 };
      expect(about(session)).toEqual(bound);
      clock.advance(60);
      expect((await visit(about)).result).toEqual(bound);
    });

    it("SEC-24 takes no subject that an engine may take for another one", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        for (const subject of ["", "eve\0", "\ud83e", "eve\udde5", 7, null, undefined]) {
          expect(() => session.bind(subject as string)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
        }
        expect(session.subject).toBeUndefined();
        session.bind("\ud83e\udde5 '; --");
      });
    });

    it("is nothing of the old one after destroy", async () => {
      const { clock, visit } = setUp(mode());
      await visit((session) => {
        session.set("theme", "dark");
        session.bind("eve");
      });
      clock.advance(60);
      const { result } = await visit((session) => {
        session.destroy();
        return [
          session.id,
          session.isNew,
          session.subject,
          session.authenticatedAt,
          session.size,
          session.createdAt === clock.now(),
        ];
      });
      expect(result).toEqual([undefined, true, undefined, undefined, 0, true]);
    });
  });

  describe(`a session after its commit, ${name}`, () => {
    const WRITES: Record<string, (session: Session<Data>) => void> = {
      set: (session) => session.set("theme", "light"),
      delete: (session) => session.delete("theme"),
      take: (session) => session.take("theme"),
      update: (session) => session.update("count", (n = 0) => n + 1),
      clear: (session) => session.clear(),
      flash: (session) => session.flash("notice", "late"),
      bind: (session) => session.bind("eve"),
      regenerate: (session) => session.regenerate(),
      destroy: (session) => session.destroy(),
      persistent: (session) => {
        session.persistent = true;
      },
    };

    for (const [write, act] of Object.entries(WRITES)) {
      it(`refuses ${write} with SESSION_COMMITTED`, async () => {
        const { visit } = setUp(mode());
        const fresh = await visit((session) => {
          session.set("theme", "dark");
          return session;
        });
        const known = await visit((session) => session);
        for (const { result: session } of [fresh, known]) {
          expect(codeOf(() => act(session))).toBe("SESSION_COMMITTED");
          expect([session.get("theme"), session.subject, session.persistent]).toEqual(["dark", undefined, false]);
        }
        expect((await visit(data)).result).toEqual({ theme: "dark" });
      });
    }

    it("can still be read", async () => {
      const { visit } = setUp(mode());
      const { result: session } = await visit((session) => {
        session.set("cart", ["book"]);
        return session;
      });
      expect([data(session), session.has("cart"), session.size, session.flashed("notice")]).toEqual([
        { cart: ["book"] },
        true,
        1,
        undefined,
      ]);
    });

    it("cannot be awaited for the first time: SESSION_COMMITTED, and it says what to do", async () => {
      const { sessions } = setUp(mode());
      const pending = sessions.open(new Request("https://localhost/"));
      const response = new Response();
      expect(await sessions.commit(pending, response)).toBe(response);
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(Promise.resolve(pending)).rejects.toMatchObject({
          code: "SESSION_COMMITTED",
          message: expect.stringContaining("Await the session before"),
        });
      }
    });

    it("can be committed again, which writes nothing and sets the same cookie", async () => {
      const { sessions, events } = setUp(mode());
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
  });

  describe(`a session of another manager, ${name}`, () => {
    it("is refused with SESSION_FOREIGN, awaited or not, and nothing is kept of it", async () => {
      const shared = mode();
      const one = setUp(shared);
      const other = setUp(shared);
      const pending = one.sessions.open(new Request("https://localhost/"));
      await expect(other.sessions.commit(pending, new Response())).rejects.toMatchObject({ code: "SESSION_FOREIGN" });
      const session = await pending;
      session.set("theme", "dark");
      for (const foreign of [pending, session]) {
        await expect(other.sessions.commit(foreign, new Response())).rejects.toMatchObject({ code: "SESSION_FOREIGN" });
      }
      expect(session.id).toBeUndefined();
      // Its own manager still takes it.
      expect((await one.sessions.commit(session, new Response())).headers.getSetCookie()).toHaveLength(1);
    });
  });
}

describe("a session that was not awaited", () => {
  const USES: Record<string, (session: Session<Data>) => unknown> = {
    get: (session) => session.get("cart"),
    set: (session) => session.set("theme", "dark"),
    has: (session) => session.has("cart"),
    delete: (session) => session.delete("cart"),
    take: (session) => session.take("cart"),
    clear: (session) => session.clear(),
    entries: (session) => session.entries(),
    size: (session) => session.size,
    update: (session) => session.update("count", (n = 0) => n + 1),
    flash: (session) => session.flash("notice", "saved"),
    flashed: (session) => session.flashed("notice"),
    bind: (session) => session.bind("eve"),
    regenerate: (session) => session.regenerate(),
    destroy: (session) => session.destroy(),
    id: (session) => session.id,
    isNew: (session) => session.isNew,
    subject: (session) => session.subject,
    createdAt: (session) => session.createdAt,
    expiresAt: (session) => session.expiresAt,
    authenticatedAt: (session) => session.authenticatedAt,
    persistent: (session) => {
      session.persistent = true;
    },
  };

  for (const [member, use] of Object.entries(USES)) {
    it(`throws SESSION_NOT_AWAITED for ${member} in JavaScript, and says what to write`, () => {
      const { sessions } = setUp();
      const pending = sessions.open(new Request("https://localhost/")) as unknown as Session<Data>;
      let thrown: unknown;
      try {
        use(pending);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({
        code: "SESSION_NOT_AWAITED",
        message: expect.stringContaining("await pending"),
      });
      expect((thrown as Error).message).toContain(member);
    });
  }
});

describe("writes to the store", () => {
  it("are none for a value equal to what was there", async () => {
    const { store, visit } = counting();
    await visit((session) => {
      session.set("user", { name: "Eve", tags: ["a"] });
      session.set("count", 1);
    });
    store.resetCalls();
    const { cookies } = await visit((session) => {
      session.set("user", { name: "Eve", tags: ["a"] });
      session.update("count", (n) => n ?? 0);
      session.get("user")?.tags?.push("b");
      session.get("user")?.tags?.pop();
    });
    expect(cookies).toEqual([]);
    expect(store.calls).toEqual({ ...NOTHING, load: 1 });
  });

  it("are none for a new session that is left empty", async () => {
    const { store, visit } = counting();
    await visit((session) => session.get("theme"));
    await visit((session) => {
      session.set("theme", "dark");
      session.delete("theme");
    });
    await visit((session) => session.clear());
    await visit((session) => session.destroy());
    expect(store.calls).toEqual(NOTHING);
  });

  it("are one delete for a session that was emptied", async () => {
    const { store, visit } = counting();
    await visit((session) => session.set("theme", "dark"));
    store.resetCalls();
    await visit((session) => session.delete("theme"));
    expect(store.calls).toEqual({ ...NOTHING, load: 1, delete: 1 });
    expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(0);
  });

  it("are one, however often the session is committed", async () => {
    const { store, sessions } = counting();
    const session = await sessions.open(new Request("https://localhost/"));
    session.set("theme", "dark");
    await Promise.all([sessions.commit(session, new Response()), sessions.commit(session, new Response())]);
    await sessions.commit(session, new Response());
    expect(store.calls).toEqual({ ...NOTHING, create: 1 });
  });

  it("happen in the commit, not before", async () => {
    const { store, visit } = counting();
    const { result } = await visit(async (session) => {
      session.set("theme", "dark");
      session.bind("eve");
      await Promise.resolve();
      return { ...store.calls };
    });
    expect(result).toEqual(NOTHING);
    expect(store.calls).toEqual({ ...NOTHING, create: 1 });
  });

  it("are one read however often the session is awaited", async () => {
    const { store, sessions, visit, client } = counting();
    await visit((session) => session.set("theme", "dark"));
    store.resetCalls();
    const headers = { cookie: await client.cookieHeader() };
    const pending = sessions.open(new Request("https://localhost/", { headers }));
    const awaited = await Promise.all([pending, pending, pending]);
    expect(new Set([...awaited, await pending]).size).toBe(1);
    expect(store.calls).toEqual({ ...NOTHING, load: 1 });
  });
});
