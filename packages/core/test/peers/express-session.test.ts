import { signedCookie } from "@coatcheck/core";
import { attributesOf, cookieValueOf, modes, modesWithSecrets, secret, visitor } from "@coatcheck/test-support";
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
