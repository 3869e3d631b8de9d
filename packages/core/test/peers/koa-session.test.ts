import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { attributesOf, cookieModes, modes, secret, visitor } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`koa-session, ${name}`, () => {
    it("stores a text with semicolons, quotes and line breaks", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const text = ';=,"\\ \r\n%3B\u0000';
      await eve.visit((session) => session.set(text, text));
      expect((await eve.visit(dataOf)).result).toEqual({ [text]: text });
    });

    it("does nothing when the session is not awaited, also for a visitor who has one", async () => {
      const { sessions, newVisitor, events } = application({ mode: mode() });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const headers = { Cookie: await eve.client.cookieHeader() };
      const answer = new Response(null, { headers: { "X-Own": "1" } });
      const response = await sessions.handle(new Request("https://localhost/", { headers }), () => answer);
      expect(response).toBe(answer);
      expect([...response.headers.keys()]).toEqual(["x-own"]);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("keeps the id and sends no cookie on requests that only read", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const first = await eve.visit((session) => session.id);
      const second = await eve.visit((session) => session.id);
      expect(first.result).toMatch(/^[\w-]{22,}$/);
      expect(second.result).toBe(first.result);
      expect([...first.cookies, ...second.cookies]).toEqual([]);
    });

    it("rejects values that are not JSON, and keeps the old value", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      for (const wrong of [new Map(), () => 1, Symbol("s"), 1n, Number.NaN, new Date()]) {
        const { result } = await eve.visit((session) => {
          expect(() => session.set("name", wrong)).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
          return session.get("name");
        });
        expect(result).toBe("eve");
      }
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("counts its keys", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      expect((await eve.visit((session) => session.size)).result).toBe(0);
      await eve.visit((session) => {
        session.set("a", 1);
        session.set("b", 2);
      });
      expect((await eve.visit((session) => session.size)).result).toBe(2);
    });

    it("saves the session when the handler answers with an error, and not when the handler throws", async () => {
      const { sessions, newVisitor } = application({ mode: mode() });
      const caught = newVisitor();
      const { response, cookies } = await caught.visit((session) => {
        session.set("name", "funny");
        return new Response("Unauthorized", { status: 401 });
      });
      expect([response.status, cookies.length]).toEqual([401, 1]);
      expect((await caught.visit(dataOf)).result).toEqual({ name: "funny" });

      const upstream = visitor({
        handle: (request, handler) =>
          sessions.handle(request, handler).catch(() => new Response("Unauthorized", { status: 401 })),
      });
      await upstream.visit((session) => session.set("name", "funny"));
      const thrown = upstream.visit((session) => {
        session.set("name", "not so funny");
        throw new Error("401");
      });
      await expect(thrown).rejects.toThrow("threw an error");
      expect((await upstream.visit(dataOf)).result).toEqual({ name: "funny" });
    });

    it("sets nothing before the commit", async () => {
      const { sessions, events } = application({ mode: mode() });
      const pending = sessions.open(new Request("https://localhost/"));
      (await pending).set("name", "eve");
      const response = new Response("ok");
      expect([response.headers.getSetCookie(), events]).toEqual([[], []]);
      const committed = await sessions.commit(pending, response);
      expect(committed.headers.getSetCookie()).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("keeps a cookie without expiry through many changes", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 100, absolute: 10_000 } });
      const eve = newVisitor();
      for (let step = 0; step < 5; step++) {
        const { cookies } = await eve.visit((session) => session.set("step", step));
        for (const line of cookies) expect(line).not.toMatch(/max-age|expires/i);
        clock.advance(90);
        expect((await eve.visit(dataOf)).result).toEqual({ step });
      }
    });

    it("sends the cookie again when only session.persistent changed, but stores no session for it", async () => {
      const { newVisitor } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = newVisitor();
      const onlyPersistent = await newVisitor().visit((session) => {
        session.persistent = true;
      });
      expect(onlyPersistent.cookies).toEqual([]);
      await eve.visit((session) => session.set("name", "eve"));
      const { cookies } = await eve.visit((session) => {
        session.persistent = true;
      });
      expect(cookies).toEqual([expect.stringMatching(/; Max-Age=100$/)]);
      expect((await eve.visit((session) => session.persistent)).result).toBe(true);
    });

    it("is new and empty after destroy, and removes its cookie", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const { cookies: set } = await eve.visit((session) => session.set("name", "eve"));
      const { cookies, result } = await eve.visit((session) => {
        session.destroy();
        return [session.get("name"), session.size, session.isNew, session.subject];
      });
      expect(result).toEqual([undefined, 0, true, undefined]);
      expect(cookies).toEqual([expect.stringMatching(/^__Host-session=;.*Max-Age=0$/)]);
      expect(attributesOf(cookies[0] ?? "")).toEqual(attributesOf(set[0] ?? ""));
      expect(await eve.client.cookieHeader()).toBe("");
    });

    it("treats an undecodable cookie as none, without an error and without clearing it", async () => {
      const { sessions, events } = application({ mode: mode() });
      const values = ["invalid-key", "{}", "eyJhIjoxfQ", "a.b.c", "a..b.c.d", "%", "=", "2~", "~", "x".repeat(9000)];
      for (const value of values) {
        const headers = { Cookie: `__Host-session=${value}` };
        const response = await sessions.handle(new Request("https://localhost/", { headers }), async (pending) =>
          Response.json((await pending).isNew),
        );
        expect(await response.json(), value).toBe(true);
        expect(response.headers.getSetCookie(), value).toEqual([]);
      }
      expect(events).toEqual(values.map(() => ({ type: "rejected", reason: "malformed" })));
    });

    it("sets SameSite as configured", async () => {
      for (const [sameSite, expected] of [
        ["none", "None"],
        ["lax", "Lax"],
        ["strict", "Strict"],
      ] as const) {
        const eve = application({ mode: mode(), cookie: { sameSite } }).newVisitor();
        const { cookies } = await eve.visit((session) => session.set("a", 1));
        expect(cookies[0]).toContain(`; SameSite=${expected}`);
      }
    });

    it("keeps two sessions with different names in one response", async () => {
      const shop = application({ mode: mode(), cookie: { name: "shop" } });
      const desk = application({ mode: mode(), cookie: { name: "desk" } });
      const request = (cookie = "") => new Request("https://localhost/", { headers: { Cookie: cookie } });
      const both = (cookie: string, names: readonly string[]) =>
        shop.sessions.handle(request(cookie), async (one) =>
          desk.sessions.handle(request(cookie), async (other) => {
            const found = [(await one).get("name"), (await other).get("name")];
            if (names[0]) (await one).set("name", names[0]);
            if (names[1]) (await other).set("name", names[1]);
            return Response.json(found);
          }),
        );
      const set = (await both("", ["shopper", "clerk"])).headers.getSetCookie();
      expect(set.map((line) => line.split("=")[0]).sort()).toEqual(["desk", "shop"]);
      const cookie = set.map((line) => line.split(";")[0]).join("; ");
      expect(await (await both(cookie, [])).json()).toEqual(["shopper", "clerk"]);
    });

    it("re-issues the cookie in the second half of the idle timeout when touchInterval is half of it", async () => {
      const lifetime = { idle: 100, touchInterval: 50 };
      const { newVisitor, clock } = application({ mode: mode(), persistent: true, lifetime });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      clock.advance(49);
      expect((await eve.visit(dataOf)).cookies).toEqual([]);
      clock.advance(1);
      expect((await eve.visit(dataOf)).cookies).toHaveLength(1);
      expect((await newVisitor().visit(dataOf)).cookies).toEqual([]);
    });

    it("accepts a session that a test has created", async () => {
      const { sessions, newVisitor } = application({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => session.set("name", "eve"));
      const eve = newVisitor();
      await eve.client.setCookie(`${cookie}; Path=/; Secure`);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`koa-session, cookies, ${name}`, () => {
    it("sends another cookie when the data changes", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const { cookies: first } = await eve.visit((session) => session.set("step", 1));
      const { cookies: second } = await eve.visit((session) => session.set("step", 2));
      expect([first.length, second.length]).toEqual([1, 1]);
      expect(second[0] === first[0]).toBe(false);
    });
  });
}

describe("koa-session, options", () => {
  it("ignores later changes to the objects that were passed as options", async () => {
    const [first, other] = [secret(), secret()];
    const secrets = [first];
    const cookie = { name: "sid", sameSite: "lax" as "lax" | "strict" };
    const lifetime = { idle: 100 };
    const options = { mode: signedCookie({ secrets }), cookie, lifetime };
    const { newVisitor, clock } = application(options);
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    secrets[0] = other;
    Object.assign(cookie, { name: "other", sameSite: "strict" });
    lifetime.idle = 1;
    options.mode = signedCookie({ secrets: other });
    clock.advance(90);
    const { result, cookies } = await eve.visit(dataOf);
    expect(result).toEqual({ name: "eve" });
    expect(cookies).toEqual([expect.stringMatching(/^sid=.*SameSite=Lax$/)]);
  });

  it("rejects an invalid mode, store or schema", () => {
    const wrong = [
      () => application({ mode: undefined as never }),
      () => application({ mode: {} as never }),
      () => serverSide({} as never),
      () => signedCookie({ secrets: secret(), revocations: {} as never }),
      () => application({ mode: serverSide(memoryStore()), schema: {} as never }),
    ];
    for (const make of wrong) expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
