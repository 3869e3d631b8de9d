import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { attributesOf, cookieModes, modes, secret } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf, guestOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`what koa-session checks, ${name}`, () => {
    it("keeps a text with semicolons, quotes and line breaks", async () => {
      const eve = application({ mode: mode() }).guest();
      const text = ';=,"\\ \r\n%3B\u0000';
      await eve.ask((session) => session.set(text, text));
      expect((await eve.ask(dataOf)).result).toEqual({ [text]: text });
    });

    it("does nothing when nobody asks for the session, for a visitor who has one either", async () => {
      const { sessions, guest, events } = application({ mode: mode() });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      const headers = { Cookie: await eve.client.cookieHeader() };
      const answer = new Response(null, { headers: { "X-Own": "1" } });
      const response = await sessions.handle(new Request("https://localhost/", { headers }), () => answer);
      expect(response).toBe(answer);
      expect([...response.headers.keys()]).toEqual(["x-own"]);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("is the same session, with its id, on every request that only reads it", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => session.set("name", "eve"));
      const first = await eve.ask((session) => session.id);
      const second = await eve.ask((session) => session.id);
      expect(first.result).toMatch(/^[\w-]{22,}$/);
      expect(second.result).toBe(first.result);
      expect([...first.cookies, ...second.cookies]).toEqual([]);
    });

    it("refuses what is no plain data, and keeps what was there", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => session.set("name", "eve"));
      for (const wrong of [new Map(), () => 1, Symbol("s"), 1n, Number.NaN, new Date()]) {
        const { result } = await eve.ask((session) => {
          expect(() => session.set("name", wrong)).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
          return session.get("name");
        });
        expect(result).toBe("eve");
      }
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("tells how many keys it has", async () => {
      const eve = application({ mode: mode() }).guest();
      expect((await eve.ask((session) => session.size)).result).toBe(0);
      await eve.ask((session) => {
        session.set("a", 1);
        session.set("b", 2);
      });
      expect((await eve.ask((session) => session.size)).result).toBe(2);
    });

    it("is kept when an error was caught and answered below it, and not when it was thrown through it", async () => {
      const { sessions, guest } = application({ mode: mode() });
      const caught = guest();
      const { response, cookies } = await caught.ask((session) => {
        session.set("name", "funny");
        return new Response("Unauthorized", { status: 401 });
      });
      expect([response.status, cookies.length]).toEqual([401, 1]);
      expect((await caught.ask(dataOf)).result).toEqual({ name: "funny" });

      const upstream = guestOf({
        handle: (request, handler) =>
          sessions.handle(request, handler).catch(() => new Response("Unauthorized", { status: 401 })),
      });
      await upstream.ask((session) => session.set("name", "funny"));
      const thrown = upstream.ask((session) => {
        session.set("name", "not so funny");
        throw new Error("401");
      });
      await expect(thrown).rejects.toThrow("did not come to its end");
      expect((await upstream.ask(dataOf)).result).toEqual({ name: "funny" });
    });

    it("sets nothing before it is committed", async () => {
      const { sessions, events } = application({ mode: mode() });
      const pending = sessions.open(new Request("https://localhost/"));
      (await pending).set("name", "eve");
      const response = new Response("ok");
      expect([response.headers.getSetCookie(), events]).toEqual([[], []]);
      const committed = await sessions.commit(pending, response);
      expect(committed.headers.getSetCookie()).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["created"]);
    });

    it("outlives many changes as a cookie that ends with the browser", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 100, absolute: 10_000 } });
      const eve = guest();
      for (let step = 0; step < 5; step++) {
        const { cookies } = await eve.ask((session) => session.set("step", step));
        for (const line of cookies) expect(line).not.toMatch(/max-age|expires/i);
        clock.advance(90);
        expect((await eve.ask(dataOf)).result).toEqual({ step });
      }
    });

    it("sends the cookie again when nothing but its lifetime was changed, and keeps nothing but a lifetime", async () => {
      const { guest } = application({ mode: mode(), lifetime: { idle: 100 } });
      const eve = guest();
      const onlyThat = await guest().ask((session) => {
        session.persistent = true;
      });
      expect(onlyThat.cookies).toEqual([]);
      await eve.ask((session) => session.set("name", "eve"));
      const { cookies } = await eve.ask((session) => {
        session.persistent = true;
      });
      expect(cookies).toEqual([expect.stringMatching(/; Max-Age=100$/)]);
      expect((await eve.ask((session) => session.persistent)).result).toBe(true);
    });

    it("is empty and new for the rest of the request that ended it, and its one cookie is removed", async () => {
      const eve = application({ mode: mode() }).guest();
      const { cookies: set } = await eve.ask((session) => session.set("name", "eve"));
      const { cookies, result } = await eve.ask((session) => {
        session.destroy();
        return [session.get("name"), session.size, session.isNew, session.subject];
      });
      expect(result).toEqual([undefined, 0, true, undefined]);
      expect(cookies).toEqual([expect.stringMatching(/^__Host-session=;.*Max-Age=0$/)]);
      expect(attributesOf(cookies[0] ?? "")).toEqual(attributesOf(set[0] ?? ""));
      expect(await eve.client.cookieHeader()).toBe("");
    });

    it("takes a cookie that it cannot decode for none, never for an error, and does not clear it", async () => {
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

    it("says SameSite as it was told", async () => {
      for (const [sameSite, expected] of [
        ["none", "None"],
        ["lax", "Lax"],
        ["strict", "Strict"],
      ] as const) {
        const eve = application({ mode: mode(), cookie: { sameSite } }).guest();
        const { cookies } = await eve.ask((session) => session.set("a", 1));
        expect(cookies[0]).toContain(`; SameSite=${expected}`);
      }
    });

    it("stands beside another session of another name", async () => {
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

    it("is sent anew in the second half of its time and not in the first, when it is told so", async () => {
      const lifetime = { idle: 100, touchInterval: 50 };
      const { guest, clock } = application({ mode: mode(), persistent: true, lifetime });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      clock.advance(49);
      expect((await eve.ask(dataOf)).cookies).toEqual([]);
      clock.advance(1);
      expect((await eve.ask(dataOf)).cookies).toHaveLength(1);
      expect((await guest().ask(dataOf)).cookies).toEqual([]);
    });

    it("can be laid down by a test before the first request", async () => {
      const { sessions, guest } = application({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => session.set("name", "eve"));
      const eve = guest();
      await eve.client.setCookie(`${cookie}; Path=/; Secure`);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`what koa-session checks of its cookie, ${name}`, () => {
    it("sends another cookie when the data changed", async () => {
      const eve = application({ mode: mode() }).guest();
      const { cookies: first } = await eve.ask((session) => session.set("step", 1));
      const { cookies: second } = await eve.ask((session) => session.set("step", 2));
      expect([first.length, second.length]).toEqual([1, 1]);
      expect(second[0] === first[0]).toBe(false);
    });
  });
}

describe("what koa-session checks of its options", () => {
  it("goes on as it began when the objects it was made from are changed", async () => {
    const [first, other] = [secret(), secret()];
    const secrets = [first];
    const cookie = { name: "sid", sameSite: "lax" as "lax" | "strict" };
    const lifetime = { idle: 100 };
    const options = { mode: signedCookie({ secrets }), cookie, lifetime };
    const { guest, clock } = application(options);
    const eve = guest();
    await eve.ask((session) => session.set("name", "eve"));
    secrets[0] = other;
    Object.assign(cookie, { name: "other", sameSite: "strict" });
    lifetime.idle = 1;
    options.mode = signedCookie({ secrets: other });
    clock.advance(90);
    const { result, cookies } = await eve.ask(dataOf);
    expect(result).toEqual({ name: "eve" });
    expect(cookies).toEqual([expect.stringMatching(/^sid=.*SameSite=Lax$/)]);
  });

  it("refuses a mode, a store or a schema that is none", () => {
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
