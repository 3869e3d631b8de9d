import { encryptedCookie, memoryStore, type StandardSchema, serverSide } from "@coatcheck/core";
import { attributesOf, cookieModes, cookieValueOf, modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`what fastify's sessions check, ${name}`, () => {
    it("reads nothing from a cookie that was copied and is sent after a day, or after the timeout that was set", async () => {
      for (const [lifetime, seconds] of [
        [{}, 24 * 3600],
        [{ idle: 15 * 60 }, 15 * 60],
      ] as const) {
        const { guest, clock } = application({ mode: mode(), lifetime });
        const [eve, thief] = [guest(), guest()];
        await eve.ask((session) => session.set("some", { a: 1, c: 3 }));
        await thief.client.setCookie(`${await eve.client.cookieHeader()}; Path=/; Secure; Max-Age=999999999`);
        clock.advance(seconds - 1);
        expect((await eve.ask(dataOf)).result).toEqual({ some: { a: 1, c: 3 } });
        clock.advance(seconds + 1);
        expect((await thief.ask(dataOf)).result).toEqual({});
      }
    });

    it("lets a visitor stay who comes back in time, again and again", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 15 * 60 } });
      const eve = guest();
      await eve.ask((session) => session.set("some", "data"));
      for (let visit = 0; visit < 5; visit++) {
        clock.advance(14 * 60);
        expect((await eve.ask(dataOf)).result).toEqual({ some: "data" });
      }
    });

    it("holds two sessions of different names, paths and lifetimes apart, and ends one alone", async () => {
      const long = application({ mode: mode(), persistent: true, lifetime: { idle: 3600 }, cookie: { name: "long" } });
      const short = application({ mode: mode(), persistent: true, lifetime: { idle: 60 }, cookie: { name: "short" } });
      const headersOf = (cookies: readonly string[]) => ({
        headers: { Cookie: cookies.map((line) => line.split(";")[0]).join("; ") },
      });
      const one = await long.guest().ask((session) => session.set("data", "kept"));
      const other = await short.guest().ask((session) => session.set("information", "lorem"));
      expect([one, other].map(({ cookies }) => /Max-Age=\d+/.exec(cookies[0] ?? "")?.[0])).toEqual([
        "Max-Age=3600",
        "Max-Age=60",
      ]);
      const both = headersOf([...one.cookies, ...other.cookies]);
      const ended = await short.sessions.handle(new Request("https://localhost/", both), async (pending) => {
        (await pending).destroy();
        return new Response();
      });
      expect(ended.headers.getSetCookie()).toEqual([expect.stringMatching(/^short=;/)]);
      const left = await long.sessions.handle(new Request("https://localhost/", both), async (pending) =>
        Response.json(dataOf(await pending)),
      );
      expect(await left.json()).toEqual({ data: "kept" });
    });

    it("lets one session's wish to outlive the browser reach no other session", async () => {
      const { guest } = application({ mode: mode() });
      const [eve, mallory] = [guest(), guest()];
      const wish = await eve.ask((session) => {
        session.persistent = true;
        session.set("data", "overridden");
      });
      const other = await mallory.ask((session) => session.set("data", "default"));
      expect([wish, other].map(({ cookies }) => /Max-Age/.test(cookies[0] ?? ""))).toEqual([true, false]);
      const renewed = await eve.ask((session) => session.regenerate());
      expect(renewed.cookies[0]).toMatch(/Max-Age=86400$/);
    });

    it("can keep chosen keys only, under another id", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => {
        session.set("user", "username");
        session.set("email", "me@here.example");
      });
      const before = (await eve.ask((session) => session.id)).result;
      await eve.ask((session) => {
        const user = session.get("user");
        session.destroy();
        session.set("user", user ?? "");
      });
      const { result } = await eve.ask((session) => [dataOf(session), session.id === before]);
      expect(result).toEqual([{ user: "username" }, false]);
    });

    it("removes its cookie with the path and the domain it was set with", async () => {
      const cookie = { name: "sid", path: "/admin", domain: "localhost" };
      const eve = application({ mode: mode(), cookie, persistent: true }).guest();
      const { cookies: set } = await eve.ask((session) => session.set("a", 1), { path: "/admin" });
      const headers = { Cookie: set[0]?.split(";")[0] ?? "" };
      const { cookies } = await eve.ask((session) => session.destroy(), { path: "/admin", headers });
      expect(cookies).toEqual([expect.stringMatching(/^sid=;.*; Max-Age=0$/)]);
      expect(attributesOf(cookies[0] ?? "")).toEqual(attributesOf(set[0] ?? ""));
      expect(attributesOf(set[0] ?? "")).toEqual([
        "Domain=localhost",
        "HttpOnly",
        "Path=/admin",
        "SameSite=Lax",
        "Secure",
      ]);
    });

    it("clears no cookie that it knows nothing of, nor one that it did not get", async () => {
      const { sessions } = application({ mode: mode() });
      for (const Cookie of [`__Host-session=${"A".repeat(43)}`, "someOtherCookie=foobar"]) {
        const request = new Request("https://localhost/", { headers: { Cookie } });
        const response = await sessions.handle(request, async (pending) => {
          await pending;
          return new Response();
        });
        expect(response.headers.getSetCookie()).toEqual([]);
      }
    });

    it("asks a schema when it is read, and is new when that says no", async () => {
      const schema: StandardSchema<Record<string, unknown>> = {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) =>
            typeof Object(value)["age"] === "number"
              ? { value: value as Record<string, unknown> }
              : { issues: [{ message: "age must be a number" }] },
        },
      };
      const found = [];
      for (const age of [42, "old"]) {
        const { guest } = application({ mode: mode(), schema });
        const eve = guest();
        await eve.ask((session) => session.set("age", age));
        found.push((await eve.ask(dataOf)).result);
      }
      expect(found).toEqual([{ age: 42 }, {}]);
    });
  });
}

for (const { name, mode } of modesWithSecrets()) {
  describe(`what fastify's sessions check of keys, ${name}`, () => {
    it("takes secrets of 32 bytes and of any length above", async () => {
      const strong = secret();
      for (const secrets of [strong.slice(0, 32), strong, `${strong}${secret()}${secret()}`]) {
        const eve = application({ mode: mode(secrets) }).guest();
        await eve.ask((session) => session.set("some", "data"));
        expect((await eve.ask(dataOf)).result).toEqual({ some: "data" });
      }
    });

    it("refuses a list with a weak secret in any place", () => {
      const [one, other] = [secret(), secret()];
      for (const secrets of [
        ["short", one],
        [one, "short"],
        [one, other, ""],
      ]) {
        expect(() => mode(secrets)).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
      }
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`what fastify's sessions check of cookies, ${name}`, () => {
    it("sends the cookie of a session that was only touched, and opens it", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60, touchInterval: 0 } });
      const eve = guest();
      await eve.ask((session) => session.set("some", "data"));
      clock.advance(1);
      const { cookies } = await eve.ask(() => "touched");
      expect(cookies).toHaveLength(1);
      expect((await eve.ask(dataOf)).result).toEqual({ some: "data" });
    });
  });
}

describe("what fastify's secure session checks of its seal", () => {
  it("is a new session when nonce, ciphertext or tag are cut, stretched, emptied or another's", async () => {
    const { guest, events } = application({ mode: encryptedCookie({ secrets: secret() }) });
    const { cookies } = await guest().ask((session) => session.set("some", "data"));
    const { cookies: others } = await guest().ask((session) => session.set("some", "other data"));
    const parts = cookieValueOf(cookies[0]).split(".");
    const foreign = cookieValueOf(others[0]).split(".");
    let refused = 0;
    for (const index of [2, 3, 4]) {
      const part = parts[index] ?? "";
      for (const wrong of ["", part.slice(0, -4), `${part}AAAA`, "A".repeat(part.length), foreign[index]]) {
        const thief = guest();
        const value = parts.with(index, wrong ?? "").join(".");
        await thief.client.setCookie(`__Host-session=${value}; Path=/; Secure`);
        expect((await thief.ask(dataOf)).result).toEqual({});
        refused += 1;
      }
    }
    expect(events.filter(({ type }) => type === "rejected")).toHaveLength(refused);
  });
});

describe("what fastify's session checks of its store", () => {
  it("has removed the row of the old id when a session gets another one, and of one that ended", async () => {
    const rows = memoryStore();
    const store = faultyStore(rows);
    const { guest } = application({ mode: serverSide(store) });
    const eve = guest();
    const idOf = async () => (await eve.ask((session) => session.id)).result ?? "";
    await eve.ask((session) => session.set("some", "data"));
    const before = await idOf();
    await eve.ask((session) => session.regenerate());
    const after = await idOf();
    expect([await rows.load(before), (await rows.load(after))?.version]).toEqual([null, 1]);
    await eve.ask((session) => session.destroy());
    expect(await rows.load(after)).toBeNull();
    expect(store.calls).toMatchObject({ create: 2, delete: 2 });
  });
});
