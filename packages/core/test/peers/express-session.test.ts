import { memoryStore, type SessionStore, serverSide, signedCookie } from "@coatcheck/core";
import { attributesOf, cookieValueOf, modes, modesWithSecrets, secret, visitor } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

/** A response with each kind of body. */
const BODIES: Readonly<Record<string, () => Response>> = {
  "a text": () => new Response("text"),
  "no body": () => new Response(null, { status: 204 }),
  JSON: () => Response.json({ a: 1 }),
  "a stream": () => {
    const encoder = new TextEncoder();
    return new Response(
      new ReadableStream({
        start(controller) {
          for (const part of ["one", "two"]) controller.enqueue(encoder.encode(part));
          controller.close();
        },
      }),
    );
  },
};

for (const { name, mode } of modes()) {
  describe(`express-session, ${name}`, () => {
    it("gives each visitor a session of their own after the first write", async () => {
      const { newVisitor } = application({ mode: mode() });
      const [eve, mallory] = [newVisitor(), newVisitor()];
      const { cookies } = await eve.visit((session) => session.set("name", "eve"));
      expect(cookies).toHaveLength(1);
      await mallory.visit((session) => session.set("name", "mallory"));
      const first = await eve.visit((session) => [session.id, session.get("name")]);
      const second = await mallory.visit((session) => [session.id, session.get("name")]);
      expect([first.result[1], second.result[1]]).toEqual(["eve", "mallory"]);
      expect(first.result[0]).not.toBe(second.result[0]);
    });

    it("stores and sends nothing for a visitor before the first write", async () => {
      const { newVisitor, events } = application({ mode: mode() });
      const { cookies, result } = await newVisitor().visit((session) => [session.isNew, session.id]);
      expect(cookies).toEqual([]);
      expect(result).toEqual([true, undefined]);
      expect(events).toEqual([]);
    });

    it("keeps a session from request to request and tells whether it is new", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      const count = () =>
        eve.visit((session) => [session.isNew, session.update("count", (n) => Number(n ?? 0) + 1)] as const);
      expect((await count()).result).toEqual([true, 1]);
      expect((await count()).result).toEqual([false, 2]);
      expect((await count()).result).toEqual([false, 3]);
    });

    it("opens one session and sets one cookie when two handlers of one manager are nested", async () => {
      const { sessions } = application({ mode: mode() });
      const eve = visitor({
        handle: (request, handler) =>
          sessions.handle(request, async (outer) => {
            await outer;
            return sessions.handle(request, handler);
          }),
      });
      const { cookies } = await eve.visit((session) => session.set("name", "eve"));
      expect(cookies).toHaveLength(1);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("has saved the session before it returns the response, whatever its body", async () => {
      for (const [kind, answer] of Object.entries(BODIES)) {
        const eve = application({ mode: mode() }).newVisitor();
        const { response } = await eve.visit((session) => {
          session.set("name", "eve");
          return answer();
        });
        expect((await eve.visit(dataOf)).result, kind).toEqual({ name: "eve" });
        expect(await response.text(), kind).toBe(await answer().text());
      }
    });

    it("stores data under keys that are also names of session members", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      const data = { cookie: "c", destroy: "d", get: "g", id: "i", reload: "r", set: "s", subject: "t" };
      await eve.visit((session) => {
        for (const [key, value] of Object.entries(data)) session.set(key, value);
      });
      const { result } = await eve.visit((session) => [dataOf(session), session.get("destroy"), session.subject]);
      expect(result).toEqual([data, "d", undefined]);
    });

    it("lists only data as entries", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      await eve.visit((session) => {
        session.set("name", "eve");
        session.flash("notice", "hello");
        session.bind("eve");
      });
      const { result } = await eve.visit((session) => [[...session.entries()], session.size, Object.keys(session)]);
      expect(result).toEqual([[["name", "eve"]], 1, []]);
    });

    it("lets no application set the id", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      const { result } = await eve.visit((session) => {
        session.set("name", "eve");
        return Reflect.set(session, "id", "chosen");
      });
      expect(result).toBe(false);
      const { result: id } = await eve.visit((session) => session.id);
      expect(id).toMatch(/^[\w-]{22,43}$/);
    });

    it("counts the idle timeout from the end of a slow request", async () => {
      const { newVisitor, clock } = application({ mode: mode(), persistent: true, lifetime: { idle: 100 } });
      const eve = newVisitor();
      const { cookies } = await eve.visit((session) => {
        session.set("name", "eve");
        clock.advance(60);
      });
      expect(cookies[0]).toMatch(/; Max-Age=100$/);
      clock.advance(99);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("extends a session that is only read", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const before = (await eve.visit((session) => session.expiresAt)).result;
      clock.advance(60);
      await eve.visit(() => "nothing");
      const after = (await eve.visit((session) => session.expiresAt)).result;
      expect(after - before).toBe(60_000);
      clock.advance(60);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("starts a session with another id when the old one has expired", async () => {
      const { newVisitor, clock, events } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const before = (await eve.visit((session) => session.id)).result;
      clock.advance(101);
      const { result } = await eve.visit((session) => {
        const found = [session.isNew, session.size];
        session.set("name", "eve again");
        return found;
      });
      expect(result).toEqual([true, 0]);
      expect(events).toContainEqual({ type: "rejected", reason: "expired" });
      const after = (await eve.visit((session) => session.id)).result;
      expect(after).not.toBe(before);
    });

    it("sets the same cookie attributes for every protocol and X-Forwarded-Proto", async () => {
      const { sessions } = application({ mode: mode() });
      const shapes = [];
      for (const url of ["https://localhost/", "http://localhost/"]) {
        for (const headers of [{}, { "X-Forwarded-Proto": "https" }, { "X-Forwarded-Proto": "http,https" }]) {
          const response = await sessions.handle(new Request(url, { headers }), async (pending) => {
            (await pending).set("name", "eve");
            return new Response();
          });
          shapes.push(attributesOf(response.headers.getSetCookie()[0] ?? "").join());
        }
      }
      expect(new Set(shapes)).toEqual(new Set(["HttpOnly,Path=/,SameSite=Lax,Secure"]));
      expect(shapes).toHaveLength(6);
    });

    it("finds the session at the path of its cookie and below it, and nowhere else", async () => {
      const { newVisitor } = application({ mode: mode(), cookie: { name: "sid", path: "/foo/bar" } });
      const eve = newVisitor();
      const { cookies } = await eve.visit((session) => session.set("name", "eve"), { path: "/foo/bar" });
      expect(cookies[0]).toContain("; Path=/foo/bar;");
      for (const path of ["/foo/bar", "/foo/bar/baz"]) {
        expect((await eve.visit(dataOf, { path })).result).toEqual({ name: "eve" });
      }
      for (const path of ["/", "/foo/foo/bar", "/foo/bars"]) {
        expect((await eve.visit((session) => session.isNew, { path })).result).toBe(true);
      }
    });

    it("names the cookie __Host-session by default", async () => {
      const names = [];
      for (const cookie of [{}, { name: "session_id" }]) {
        const { cookies } = await application({ mode: mode(), cookie })
          .newVisitor()
          .visit((session) => session.set("a", 1));
        names.push(cookies[0]?.split("=")[0]);
      }
      expect(names).toEqual(["__Host-session", "session_id"]);
    });

    it("sets secure attributes and no expiry by default", async () => {
      const { cookies } = await application({ mode: mode() })
        .newVisitor()
        .visit((session) => session.set("a", 1));
      expect(cookies[0]?.split("; ").slice(1)).toEqual(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]);
    });

    it("takes every cookie attribute from the options", async () => {
      const cookie = { name: "sid", path: "/shop", domain: "localhost", httpOnly: false, sameSite: "strict" } as const;
      const attributes = [];
      for (const partitioned of [false, true]) {
        const { cookies } = await application({ mode: mode(), cookie: { ...cookie, partitioned } })
          .newVisitor()
          .visit((session) => session.set("a", 1));
        attributes.push(cookies[0]?.split("; ").slice(1));
      }
      const expected = ["Path=/shop", "Domain=localhost", "Secure", "SameSite=Strict"];
      expect(attributes).toEqual([expected, [...expected, "Partitioned"]]);
    });

    it("sends the full Max-Age with every write of a persistent session", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = newVisitor();
      const ages = [];
      for (let step = 0; step < 3; step++) {
        const { cookies } = await eve.visit((session) => {
          session.persistent = true;
          session.set("step", step);
        });
        ages.push(/Max-Age=(\d+)/.exec(cookies[0] ?? "")?.[1]);
        clock.advance(50);
      }
      expect(ages).toEqual(["100", "100", "100"]);
    });

    it("sends no cookie for a session that was only read, unless touchInterval is 0", async () => {
      for (const [touchInterval, expected] of [
        [10, 0],
        [0, 1],
      ] as const) {
        const lifetime = { idle: 100, touchInterval };
        const { newVisitor, clock } = application({ mode: mode(), persistent: true, lifetime });
        const eve = newVisitor();
        await eve.visit((session) => session.set("name", "eve"));
        clock.advance(1);
        expect((await eve.visit(dataOf)).cookies).toHaveLength(expected);
        expect((await newVisitor().visit(dataOf)).cookies).toEqual([]);
      }
    });

    it("gets another id by destroy, and by regenerate with the same data", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      const idOf = async () => (await eve.visit((session) => session.id)).result;
      await eve.visit((session) => session.set("name", "eve"));
      const ids = [await idOf()];
      await eve.visit((session) => session.regenerate());
      ids.push(await idOf());
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
      await eve.visit((session) => session.destroy());
      expect((await eve.visit(dataOf)).result).toEqual({});
      await eve.visit((session) => session.set("name", "eve"));
      ids.push(await idOf());
      expect(new Set(ids).size).toBe(3);
      expect(ids).not.toContain(undefined);
    });

    it("sends no cookie for a session that was destroyed before it was stored", async () => {
      const { cookies } = await application({ mode: mode() })
        .newVisitor()
        .visit((session) => {
          session.set("name", "eve");
          session.destroy();
        });
      expect(cookies).toEqual([]);
    });

    it("saves nothing more at the end of a request that has committed", async () => {
      const { sessions, events } = application({ mode: mode() });
      const eve = visitor({
        handle: (request, handler) =>
          sessions.handle(request, async (pending) => sessions.commit(pending, await handler(pending))),
      });
      const { cookies } = await eve.visit((session) => session.set("name", "eve"));
      expect(cookies).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("keeps cookies that the application set before", async () => {
      const { cookies } = await application({ mode: mode() })
        .newVisitor()
        .visit((session) => {
          session.set("name", "eve");
          const headers = new Headers([
            ["Set-Cookie", "a=1"],
            ["Set-Cookie", "b=2"],
          ]);
          return new Response(null, { headers });
        });
      expect(cookies).toEqual(["a=1", "b=2", expect.stringMatching(/^__Host-session=/)]);
    });

    it("rejects malformed cookie options and durations", () => {
      const wrong = [
        { cookie: { name: "a b" } },
        { cookie: { path: "shop" } },
        { cookie: { domain: "a;b" } },
        { cookie: { sameSite: "laxer" } },
        { lifetime: { idle: "30" } },
        { lifetime: { idle: null } },
        { lifetime: { absolute: new Date() } },
        { lifetime: { idle: 0 } },
      ];
      for (const options of wrong) {
        const make = () => application({ mode: mode(), ...(options as object) });
        expect(make, JSON.stringify(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      }
    });
  });
}

for (const { name, mode, site } of modesWithSecrets()) {
  describe(`express-session, secrets, ${name}`, () => {
    it("rejects a missing secret and one that is not a string", () => {
      for (const wrong of [null, "", [], [undefined], new Uint8Array(32), [new Uint8Array(32)]]) {
        expect(() => mode(wrong as string), String(wrong)).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
      }
    });

    it("signs with the first secret and verifies with all of them", async () => {
      const [older, newer] = [secret(), secret()];
      const modeWith = site();
      const old = application({ mode: modeWith(older) });
      const both = application({ mode: modeWith([newer, older]) });
      const next = application({ mode: modeWith(newer) });
      const eve = old.newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const cookie = await eve.client.cookieHeader();

      const moved = both.newVisitor();
      await moved.client.setCookie(`${cookie}; Path=/; Secure`);
      const { result, cookies } = await moved.visit(dataOf);
      expect(result).toEqual({ name: "eve" });
      expect(cookies).toHaveLength(1);

      const after = next.newVisitor();
      await after.client.setCookie(cookies[0] ?? "");
      expect((await after.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("starts a new session when the signature is wrong, and keeps the old one", async () => {
      const { newVisitor, events } = application({ mode: mode() });
      const eve = newVisitor();
      const { cookies } = await eve.visit((session) => session.set("name", "eve"));
      const value = cookieValueOf(cookies[0]);
      for (const forged of [
        `${value.slice(0, -2)}${value.at(-2) === "A" ? "B" : "A"}${value.slice(-1)}`,
        value.split(".")[0],
      ]) {
        const mallory = newVisitor();
        await mallory.client.setCookie(`__Host-session=${forged}; Path=/; Secure`);
        const { result } = await mallory.visit((session) => {
          const found = session.size;
          session.set("name", "mallory");
          return found;
        });
        expect(result).toBe(0);
        expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
      }
      expect(events.filter(({ type }) => type === "rejected")).toEqual([
        { type: "rejected", reason: "invalid-signature" },
        { type: "rejected", reason: "malformed" },
      ]);
    });
  });
}

describe("express-session, stores", () => {
  const setUp = (options: { secrets?: string } = {}) => {
    const store = faultyStore(memoryStore());
    const app = application({ mode: serverSide(store, options), lifetime: { idle: 100 } });
    return { store, ...app };
  };

  it("does not load an id whose signature is wrong", async () => {
    const { store, newVisitor } = setUp({ secrets: secret() });
    const eve = newVisitor();
    const { cookies } = await eve.visit((session) => session.set("name", "eve"));
    const [id] = cookieValueOf(cookies[0]).split(".");
    store.resetCalls();
    const mallory = newVisitor();
    await mallory.client.setCookie(`__Host-session=${id}.${"A".repeat(8)}.${"A".repeat(43)}; Path=/; Secure`);
    expect((await mallory.visit(dataOf)).result).toEqual({});
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("starts a session with another id when the store does not know the received one", async () => {
    const { newVisitor, events } = setUp();
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    const cookie = await eve.client.cookieHeader();
    await eve.visit((session) => session.destroy());
    const mallory = newVisitor();
    await mallory.client.setCookie(`${cookie}; Path=/; Secure`);
    const { cookies, result } = await mallory.visit((session) => {
      session.set("name", "mallory");
      return session.isNew;
    });
    expect(result).toBe(true);
    expect(events).toContainEqual({ type: "rejected", reason: "not-found" });
    expect(cookies).toHaveLength(1);
    expect(cookies[0]?.startsWith(`${cookie};`)).toBe(false);
  });

  it("fails the request when a store operation fails, and recovers with the store", async () => {
    const { store, newVisitor, clock } = setUp();
    const failure = expect.objectContaining({ code: "STORE_FAILED", cause: expect.any(Error) });
    const eve = newVisitor();
    store.failNext("create", "throw-before");
    await expect(eve.visit((session) => session.set("count", 1))).rejects.toEqual(failure);
    expect(await eve.client.cookieHeader()).toBe("");
    await eve.visit((session) => session.set("count", 1));

    store.failNext("load", "throw-before");
    await expect(eve.visit(dataOf)).rejects.toEqual(failure);
    store.failNext("update", "throw-before");
    await expect(eve.visit((session) => session.set("count", 2))).rejects.toEqual(failure);
    clock.advance(60);
    store.failNext("touch", "throw-before");
    await expect(eve.visit(dataOf)).rejects.toEqual(failure);
    store.failNext("delete", "throw-before");
    await expect(eve.visit((session) => session.destroy())).rejects.toEqual(failure);

    expect((await eve.visit(dataOf)).result).toEqual({ count: 1 });
  });

  it("treats a damaged row as no session", async () => {
    const store = memoryStore();
    const { newVisitor, events } = application({
      mode: serverSide({
        ...store,
        load: async (key) => {
          const row = await store.load(key);
          return row && { ...row, data: "{}" };
        },
      }),
    });
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    expect((await eve.visit((session) => session.isNew)).result).toBe(true);
    expect(events).toContainEqual({ type: "rejected", reason: "invalid-data" });
  });

  it("reads nothing from an expired row and leaves it to the sweep", async () => {
    const store = memoryStore();
    const { newVisitor, clock } = application({ mode: serverSide(store), lifetime: { idle: 100 } });
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    const { result: id = "" } = await eve.visit((session) => session.id);
    clock.advance(101);
    expect((await eve.visit(dataOf)).result).toEqual({});
    expect(await store.load(id)).not.toBeNull();
    expect(await store.sweep(clock.now())).toBe(1);
    expect(await store.load(id)).toBeNull();
  });

  it("writes no data for a session that was only read or extended", async () => {
    const { store, newVisitor, clock } = setUp();
    const eve = newVisitor();
    await eve.visit((session) => session.set("cookie", "a biscuit"));
    store.resetCalls();
    await eve.visit(dataOf);
    await eve.visit((session) => session.set("cookie", "a biscuit"));
    await newVisitor().visit(dataOf);
    expect(store.calls).toEqual({ load: 2, create: 0, update: 0, touch: 0, delete: 0 });
    await eve.visit((session) => session.set("cookie", "another"));
    expect(store.calls).toMatchObject({ update: 1 });
    clock.advance(60);
    await eve.visit(dataOf);
    expect(store.calls).toEqual({ load: 4, create: 0, update: 1, touch: 1, delete: 0 });
  });

  it("sends the cookie once, however often the data changes, when it is not persistent", async () => {
    const { newVisitor } = setUp();
    const eve = newVisitor();
    const lines = [];
    for (let step = 0; step < 3; step++) lines.push((await eve.visit((session) => session.set("step", step))).cookies);
    expect(lines.map(({ length }) => length)).toEqual([1, 0, 0]);
  });

  it("accepts a store that returns values instead of promises", async () => {
    const rows = memoryStore();
    const stored = new Map<string, Awaited<ReturnType<SessionStore["load"]>>>();
    const synchronous = {
      traits: rows.traits,
      load: (key: string) => stored.get(key) ?? null,
      create: (key: string, row: never) => !stored.has(key) && !!stored.set(key, row),
      update: (key: string, row: never) => (stored.has(key) && stored.set(key, row) ? "ok" : "gone"),
      touch: (key: string) => stored.has(key),
      delete: (key: string) => (stored.delete(key) ? "ok" : "gone"),
    };
    const { newVisitor } = application({ mode: serverSide(synchronous as unknown as SessionStore) });
    const eve = newVisitor();
    await eve.visit((session) => session.set("count", 1));
    await eve.visit((session) => session.set("count", 2));
    expect((await eve.visit(dataOf)).result).toEqual({ count: 2 });
    await eve.visit((session) => session.destroy());
    expect(stored.size).toBe(0);
  });
});

describe("express-session, unsigned cookies", () => {
  it("reads no session from an unsigned cookie", async () => {
    const { newVisitor } = application({ mode: signedCookie({ secrets: secret() }) });
    const mallory = newVisitor();
    const payload = btoa(JSON.stringify({ id: "x", v: 1, exp: 9e15, crt: 0, c: { d: { name: "admin" } } }));
    for (const value of [payload, `.${payload}.`, `e30.${payload}.`]) {
      await mallory.client.setCookie(`__Host-session=${value.replaceAll("=", "")}; Path=/; Secure`);
      expect((await mallory.visit(dataOf)).result).toEqual({});
    }
  });
});
