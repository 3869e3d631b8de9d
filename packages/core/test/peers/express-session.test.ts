import { memoryStore, type SessionStore, serverSide, signedCookie } from "@coatcheck/core";
import { attributesOf, cookieValueOf, modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf, guestOf } from "./application.ts";

/** Handlers that answer in each of the ways a body can be made. */
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
  describe(`what express-session checks, ${name}`, () => {
    it("gives each visitor a session of their own once something is written", async () => {
      const { guest } = application({ mode: mode() });
      const [eve, mallory] = [guest(), guest()];
      const { cookies } = await eve.ask((session) => session.set("name", "eve"));
      expect(cookies).toHaveLength(1);
      await mallory.ask((session) => session.set("name", "mallory"));
      const first = await eve.ask((session) => [session.id, session.get("name")]);
      const second = await mallory.ask((session) => [session.id, session.get("name")]);
      expect([first.result[1], second.result[1]]).toEqual(["eve", "mallory"]);
      expect(first.result[0]).not.toBe(second.result[0]);
    });

    it("stores and sends nothing for a visitor of whom nothing is known", async () => {
      const { guest, events } = application({ mode: mode() });
      const { cookies, result } = await guest().ask((session) => [session.isNew, session.id]);
      expect(cookies).toEqual([]);
      expect(result).toEqual([true, undefined]);
      expect(events).toEqual([]);
    });

    it("goes on from request to request, and says when it is new", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      const count = () =>
        eve.ask((session) => [session.isNew, session.update("count", (n) => Number(n ?? 0) + 1)] as const);
      expect((await count()).result).toEqual([true, 1]);
      expect((await count()).result).toEqual([false, 2]);
      expect((await count()).result).toEqual([false, 3]);
    });

    it("keeps two applications wrapped around each other to one session and one cookie", async () => {
      const { sessions } = application({ mode: mode() });
      const eve = guestOf({
        handle: (request, handler) =>
          sessions.handle(request, async (outer) => {
            await outer;
            return sessions.handle(request, handler);
          }),
      });
      const { cookies } = await eve.ask((session) => session.set("name", "eve"));
      expect(cookies).toHaveLength(1);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("has kept the session when the response is there, whatever that is made of", async () => {
      for (const [kind, answer] of Object.entries(BODIES)) {
        const eve = application({ mode: mode() }).guest();
        const { response } = await eve.ask((session) => {
          session.set("name", "eve");
          return answer();
        });
        expect((await eve.ask(dataOf)).result, kind).toEqual({ name: "eve" });
        expect(await response.text(), kind).toBe(await answer().text());
      }
    });

    it("keeps data under the names of the session's own members", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      const data = { cookie: "c", destroy: "d", get: "g", id: "i", reload: "r", set: "s", subject: "t" };
      await eve.ask((session) => {
        for (const [key, value] of Object.entries(data)) session.set(key, value);
      });
      const { result } = await eve.ask((session) => [dataOf(session), session.get("destroy"), session.subject]);
      expect(result).toEqual([data, "d", undefined]);
    });

    it("lists the data and nothing else", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      await eve.ask((session) => {
        session.set("name", "eve");
        session.flash("notice", "hello");
        session.bind("eve");
      });
      const { result } = await eve.ask((session) => [[...session.entries()], session.size, Object.keys(session)]);
      expect(result).toEqual([[["name", "eve"]], 1, []]);
    });

    it("lets nobody choose the id", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      const { result } = await eve.ask((session) => {
        session.set("name", "eve");
        return Reflect.set(session, "id", "chosen");
      });
      expect(result).toBe(false);
      const { result: id } = await eve.ask((session) => session.id);
      expect(id).toMatch(/^[\w-]{22,43}$/);
    });

    it("counts the timeout from the end of a slow request", async () => {
      const { guest, clock } = application({ mode: mode(), persistent: true, lifetime: { idle: 100 } });
      const eve = guest();
      const { cookies } = await eve.ask((session) => {
        session.set("name", "eve");
        clock.advance(60);
      });
      expect(cookies[0]).toMatch(/; Max-Age=100$/);
      clock.advance(99);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("is extended by a request that only reads it", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      const before = (await eve.ask((session) => session.expiresAt)).result;
      clock.advance(60);
      await eve.ask(() => "nothing");
      const after = (await eve.ask((session) => session.expiresAt)).result;
      expect(after - before).toBe(60_000);
      clock.advance(60);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("is a new session, with another id, once the old one has expired", async () => {
      const { guest, clock, events } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      const before = (await eve.ask((session) => session.id)).result;
      clock.advance(101);
      const { result } = await eve.ask((session) => {
        const found = [session.isNew, session.size];
        session.set("name", "eve again");
        return found;
      });
      expect(result).toEqual([true, 0]);
      expect(events).toContainEqual({ type: "rejected", reason: "expired" });
      const after = (await eve.ask((session) => session.id)).result;
      expect(after).not.toBe(before);
    });

    it("sets the same cookie whatever X-Forwarded-Proto and the protocol say", async () => {
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

    it("goes to the path it was made for, and to those below it", async () => {
      const { guest } = application({ mode: mode(), cookie: { name: "sid", path: "/foo/bar" } });
      const eve = guest();
      const { cookies } = await eve.ask((session) => session.set("name", "eve"), { path: "/foo/bar" });
      expect(cookies[0]).toContain("; Path=/foo/bar;");
      for (const path of ["/foo/bar", "/foo/bar/baz"]) {
        expect((await eve.ask(dataOf, { path })).result).toEqual({ name: "eve" });
      }
      for (const path of ["/", "/foo/foo/bar", "/foo/bars"]) {
        expect((await eve.ask((session) => session.isNew, { path })).result).toBe(true);
      }
    });

    it("is called __Host-session unless told otherwise", async () => {
      const names = [];
      for (const cookie of [{}, { name: "session_id" }]) {
        const { cookies } = await application({ mode: mode(), cookie })
          .guest()
          .ask((session) => session.set("a", 1));
        names.push(cookies[0]?.split("=")[0]);
      }
      expect(names).toEqual(["__Host-session", "session_id"]);
    });

    it("lasts as long as the browser runs unless told otherwise, and has secure attributes", async () => {
      const { cookies } = await application({ mode: mode() })
        .guest()
        .ask((session) => session.set("a", 1));
      expect(cookies[0]?.split("; ").slice(1)).toEqual(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]);
    });

    it("takes every attribute from the options, and none that is not asked for", async () => {
      const cookie = { name: "sid", path: "/shop", domain: "localhost", httpOnly: false, sameSite: "strict" } as const;
      const attributes = [];
      for (const partitioned of [false, true]) {
        const { cookies } = await application({ mode: mode(), cookie: { ...cookie, partitioned } })
          .guest()
          .ask((session) => session.set("a", 1));
        attributes.push(cookies[0]?.split("; ").slice(1));
      }
      const expected = ["Path=/shop", "Domain=localhost", "Secure", "SameSite=Strict"];
      expect(attributes).toEqual([expected, [...expected, "Partitioned"]]);
    });

    it("sends the same Max-Age each time, counted anew, when it is to outlive the browser", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = guest();
      const ages = [];
      for (let step = 0; step < 3; step++) {
        const { cookies } = await eve.ask((session) => {
          session.persistent = true;
          session.set("step", step);
        });
        ages.push(/Max-Age=(\d+)/.exec(cookies[0] ?? "")?.[1]);
        clock.advance(50);
      }
      expect(ages).toEqual(["100", "100", "100"]);
    });

    it("sends nothing for a session that was only read, unless touchInterval is 0", async () => {
      for (const [touchInterval, expected] of [
        [10, 0],
        [0, 1],
      ] as const) {
        const lifetime = { idle: 100, touchInterval };
        const { guest, clock } = application({ mode: mode(), persistent: true, lifetime });
        const eve = guest();
        await eve.ask((session) => session.set("name", "eve"));
        clock.advance(1);
        expect((await eve.ask(dataOf)).cookies).toHaveLength(expected);
        expect((await guest().ask(dataOf)).cookies).toEqual([]);
      }
    });

    it("begins anew with another id after destroy, and after regenerate with the same data", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      const idOf = async () => (await eve.ask((session) => session.id)).result;
      await eve.ask((session) => session.set("name", "eve"));
      const ids = [await idOf()];
      await eve.ask((session) => session.regenerate());
      ids.push(await idOf());
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
      await eve.ask((session) => session.destroy());
      expect((await eve.ask(dataOf)).result).toEqual({});
      await eve.ask((session) => session.set("name", "eve"));
      ids.push(await idOf());
      expect(new Set(ids).size).toBe(3);
      expect(ids).not.toContain(undefined);
    });

    it("sends nothing for a session that was destroyed before anything was kept", async () => {
      const { cookies } = await application({ mode: mode() })
        .guest()
        .ask((session) => {
          session.set("name", "eve");
          session.destroy();
        });
      expect(cookies).toEqual([]);
    });

    it("can be kept before the end of the request, which keeps nothing more", async () => {
      const { sessions, events } = application({ mode: mode() });
      const eve = guestOf({
        handle: (request, handler) =>
          sessions.handle(request, async (pending) => sessions.commit(pending, await handler(pending))),
      });
      const { cookies } = await eve.ask((session) => session.set("name", "eve"));
      expect(cookies).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("leaves cookies alone that others set before it", async () => {
      const { cookies } = await application({ mode: mode() })
        .guest()
        .ask((session) => {
          session.set("name", "eve");
          const headers = new Headers([
            ["Set-Cookie", "a=1"],
            ["Set-Cookie", "b=2"],
          ]);
          return new Response(null, { headers });
        });
      expect(cookies).toEqual(["a=1", "b=2", expect.stringMatching(/^__Host-session=/)]);
    });

    it("refuses cookie options and durations of the wrong form", () => {
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
  describe(`what express-session checks of secrets, ${name}`, () => {
    it("does not start without a secret, or with one that is no text", () => {
      for (const wrong of [null, "", [], [undefined], new Uint8Array(32), [new Uint8Array(32)]]) {
        expect(() => mode(wrong as string), String(wrong)).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
      }
    });

    it("signs with the first secret and reads with all of them", async () => {
      const [older, newer] = [secret(), secret()];
      const modeWith = site();
      const old = application({ mode: modeWith(older) });
      const both = application({ mode: modeWith([newer, older]) });
      const next = application({ mode: modeWith(newer) });
      const eve = old.guest();
      await eve.ask((session) => session.set("name", "eve"));
      const cookie = await eve.client.cookieHeader();

      const moved = both.guest();
      await moved.client.setCookie(`${cookie}; Path=/; Secure`);
      const { result, cookies } = await moved.ask(dataOf);
      expect(result).toEqual({ name: "eve" });
      expect(cookies).toHaveLength(1);

      const after = next.guest();
      await after.client.setCookie(cookies[0] ?? "");
      expect((await after.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("begins a new session when the signature is not right, and leaves the old one", async () => {
      const { guest, events } = application({ mode: mode() });
      const eve = guest();
      const { cookies } = await eve.ask((session) => session.set("name", "eve"));
      const ticket = cookieValueOf(cookies[0]);
      for (const forged of [
        `${ticket.slice(0, -2)}${ticket.at(-2) === "A" ? "B" : "A"}${ticket.slice(-1)}`,
        ticket.split(".")[0],
      ]) {
        const mallory = guest();
        await mallory.client.setCookie(`__Host-session=${forged}; Path=/; Secure`);
        const { result } = await mallory.ask((session) => {
          const found = session.size;
          session.set("name", "mallory");
          return found;
        });
        expect(result).toBe(0);
        expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
      }
      expect(events.filter(({ type }) => type === "rejected")).toEqual([
        { type: "rejected", reason: "invalid-signature" },
        { type: "rejected", reason: "malformed" },
      ]);
    });
  });
}

describe("what express-session checks of stores", () => {
  const setUp = (options: { secrets?: string } = {}) => {
    const store = faultyStore(memoryStore());
    const app = application({ mode: serverSide(store, options), lifetime: { idle: 100 } });
    return { store, ...app };
  };

  it("asks no store for an id that is not signed rightly", async () => {
    const { store, guest } = setUp({ secrets: secret() });
    const eve = guest();
    const { cookies } = await eve.ask((session) => session.set("name", "eve"));
    const [id] = cookieValueOf(cookies[0]).split(".");
    store.resetCalls();
    const mallory = guest();
    await mallory.client.setCookie(`__Host-session=${id}.${"A".repeat(8)}.${"A".repeat(43)}; Path=/; Secure`);
    expect((await mallory.ask(dataOf)).result).toEqual({});
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("begins a new session, with an id of its own, when the store does not know the one that is brought", async () => {
    const { guest, events } = setUp();
    const eve = guest();
    await eve.ask((session) => session.set("name", "eve"));
    const cookie = await eve.client.cookieHeader();
    await eve.ask((session) => session.destroy());
    const mallory = guest();
    await mallory.client.setCookie(`${cookie}; Path=/; Secure`);
    const { cookies, result } = await mallory.ask((session) => {
      session.set("name", "mallory");
      return session.isNew;
    });
    expect(result).toBe(true);
    expect(events).toContainEqual({ type: "rejected", reason: "not-found" });
    expect(cookies).toHaveLength(1);
    expect(cookies[0]?.startsWith(`${cookie};`)).toBe(false);
  });

  it("fails the request when the store does, whatever it was asked for, and is well again afterwards", async () => {
    const { store, guest, clock } = setUp();
    const failure = expect.objectContaining({ code: "STORE_FAILED", cause: expect.any(Error) });
    const eve = guest();
    store.failNext("create", "throw-before");
    await expect(eve.ask((session) => session.set("count", 1))).rejects.toEqual(failure);
    expect(await eve.client.cookieHeader()).toBe("");
    await eve.ask((session) => session.set("count", 1));

    store.failNext("load", "throw-before");
    await expect(eve.ask(dataOf)).rejects.toEqual(failure);
    store.failNext("update", "throw-before");
    await expect(eve.ask((session) => session.set("count", 2))).rejects.toEqual(failure);
    clock.advance(60);
    store.failNext("touch", "throw-before");
    await expect(eve.ask(dataOf)).rejects.toEqual(failure);
    store.failNext("delete", "throw-before");
    await expect(eve.ask((session) => session.destroy())).rejects.toEqual(failure);

    expect((await eve.ask(dataOf)).result).toEqual({ count: 1 });
  });

  it("finds nothing in a row that was damaged, and does not fail for it", async () => {
    const store = memoryStore();
    const { guest, events } = application({
      mode: serverSide({
        ...store,
        load: async (key) => {
          const row = await store.load(key);
          return row && { ...row, data: "{}" };
        },
      }),
    });
    const eve = guest();
    await eve.ask((session) => session.set("name", "eve"));
    expect((await eve.ask((session) => session.isNew)).result).toBe(true);
    expect(events).toContainEqual({ type: "rejected", reason: "invalid-data" });
  });

  it("leaves an expired row to the sweep, and reads nothing of it meanwhile", async () => {
    const store = memoryStore();
    const { guest, clock } = application({ mode: serverSide(store), lifetime: { idle: 100 } });
    const eve = guest();
    await eve.ask((session) => session.set("name", "eve"));
    const { result: id = "" } = await eve.ask((session) => session.id);
    clock.advance(101);
    expect((await eve.ask(dataOf)).result).toEqual({});
    expect(await store.load(id)).not.toBeNull();
    expect(await store.sweep(clock.now())).toBe(1);
    expect(await store.load(id)).toBeNull();
  });

  it("writes nothing for a session that was only read, nor for a visitor who has none, and no data when it is extended", async () => {
    const { store, guest, clock } = setUp();
    const eve = guest();
    await eve.ask((session) => session.set("cookie", "a biscuit"));
    store.resetCalls();
    await eve.ask(dataOf);
    await eve.ask((session) => session.set("cookie", "a biscuit"));
    await guest().ask(dataOf);
    expect(store.calls).toEqual({ load: 2, create: 0, update: 0, touch: 0, delete: 0 });
    await eve.ask((session) => session.set("cookie", "another"));
    expect(store.calls).toMatchObject({ update: 1 });
    clock.advance(60);
    await eve.ask(dataOf);
    expect(store.calls).toEqual({ load: 4, create: 0, update: 1, touch: 1, delete: 0 });
  });

  it("sends the cookie once, however often the data changes, when it ends with the browser", async () => {
    const { guest } = setUp();
    const eve = guest();
    const lines = [];
    for (let step = 0; step < 3; step++) lines.push((await eve.ask((session) => session.set("step", step))).cookies);
    expect(lines.map(({ length }) => length)).toEqual([1, 0, 0]);
  });

  it("takes a store that answers at once, without promises", async () => {
    const rows = memoryStore();
    const kept = new Map<string, Awaited<ReturnType<SessionStore["load"]>>>();
    const atOnce = {
      traits: rows.traits,
      load: (key: string) => kept.get(key) ?? null,
      create: (key: string, row: never) => !kept.has(key) && !!kept.set(key, row),
      update: (key: string, row: never) => (kept.has(key) && kept.set(key, row) ? "ok" : "gone"),
      touch: (key: string) => kept.has(key),
      delete: (key: string) => (kept.delete(key) ? "ok" : "gone"),
    };
    const { guest } = application({ mode: serverSide(atOnce as unknown as SessionStore) });
    const eve = guest();
    await eve.ask((session) => session.set("count", 1));
    await eve.ask((session) => session.set("count", 2));
    expect((await eve.ask(dataOf)).result).toEqual({ count: 2 });
    await eve.ask((session) => session.destroy());
    expect(kept.size).toBe(0);
  });
});

describe("what express-session checks of unsigned cookies", () => {
  it("reads no session from a cookie of the right name that nobody signed", async () => {
    const { guest } = application({ mode: signedCookie({ secrets: secret() }) });
    const mallory = guest();
    const payload = btoa(JSON.stringify({ id: "x", v: 1, exp: 9e15, crt: 0, c: { d: { name: "admin" } } }));
    for (const value of [payload, `.${payload}.`, `e30.${payload}.`]) {
      await mallory.client.setCookie(`__Host-session=${value.replaceAll("=", "")}; Path=/; Secure`);
      expect((await mallory.ask(dataOf)).result).toEqual({});
    }
  });
});
