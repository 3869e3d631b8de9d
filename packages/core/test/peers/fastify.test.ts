import { encryptedCookie, memoryStore, type StandardSchema, serverSide } from "@coatcheck/core";
import { attributesOf, cookieModes, cookieValueOf, modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`fastify, ${name}`, () => {
    it("reads nothing from a copied cookie after the idle timeout, which is a day by default", async () => {
      for (const [lifetime, seconds] of [
        [{}, 24 * 3600],
        [{ idle: 15 * 60 }, 15 * 60],
      ] as const) {
        const { newVisitor, clock } = application({ mode: mode(), lifetime });
        const [eve, thief] = [newVisitor(), newVisitor()];
        await eve.visit((session) => session.set("some", { a: 1, c: 3 }));
        await thief.client.setCookie(`${await eve.client.cookieHeader()}; Path=/; Secure; Max-Age=999999999`);
        clock.advance(seconds - 1);
        expect((await eve.visit(dataOf)).result).toEqual({ some: { a: 1, c: 3 } });
        clock.advance(seconds + 1);
        expect((await thief.visit(dataOf)).result).toEqual({});
      }
    });

    it("keeps the session of a visitor who returns within the idle timeout every time", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 15 * 60 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("some", "data"));
      for (let visit = 0; visit < 5; visit++) {
        clock.advance(14 * 60);
        expect((await eve.visit(dataOf)).result).toEqual({ some: "data" });
      }
    });

    it("keeps two sessions with different names and lifetimes apart, and destroys only one", async () => {
      const long = application({ mode: mode(), persistent: true, lifetime: { idle: 3600 }, cookie: { name: "long" } });
      const short = application({ mode: mode(), persistent: true, lifetime: { idle: 60 }, cookie: { name: "short" } });
      const headersOf = (cookies: readonly string[]) => ({
        headers: { Cookie: cookies.map((line) => line.split(";")[0]).join("; ") },
      });
      const one = await long.newVisitor().visit((session) => session.set("data", "kept"));
      const other = await short.newVisitor().visit((session) => session.set("information", "lorem"));
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

    it("applies session.persistent to its own session only", async () => {
      const { newVisitor } = application({ mode: mode() });
      const [eve, mallory] = [newVisitor(), newVisitor()];
      const persistent = await eve.visit((session) => {
        session.persistent = true;
        session.set("data", "overridden");
      });
      const other = await mallory.visit((session) => session.set("data", "default"));
      expect([persistent, other].map(({ cookies }) => /Max-Age/.test(cookies[0] ?? ""))).toEqual([true, false]);
      const renewed = await eve.visit((session) => session.regenerate());
      expect(renewed.cookies[0]).toMatch(/Max-Age=86400$/);
    });

    it("can keep only chosen keys, under another id", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => {
        session.set("user", "username");
        session.set("email", "me@here.example");
      });
      const before = (await eve.visit((session) => session.id)).result;
      await eve.visit((session) => {
        const user = session.get("user");
        session.destroy();
        session.set("user", user ?? "");
      });
      const { result } = await eve.visit((session) => [dataOf(session), session.id === before]);
      expect(result).toEqual([{ user: "username" }, false]);
    });

    it("removes its cookie with the same path and domain", async () => {
      const cookie = { name: "sid", path: "/admin", domain: "localhost" };
      const eve = application({ mode: mode(), cookie, persistent: true }).newVisitor();
      const { cookies: set } = await eve.visit((session) => session.set("a", 1), { path: "/admin" });
      const headers = { Cookie: set[0]?.split(";")[0] ?? "" };
      const { cookies } = await eve.visit((session) => session.destroy(), { path: "/admin", headers });
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

    it("clears no cookie that it does not recognize", async () => {
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

    it("starts a new session when the schema rejects the data", async () => {
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
        const { newVisitor } = application({ mode: mode(), schema });
        const eve = newVisitor();
        await eve.visit((session) => session.set("age", age));
        found.push((await eve.visit(dataOf)).result);
      }
      expect(found).toEqual([{ age: 42 }, {}]);
    });
  });
}

for (const { name, mode } of modesWithSecrets()) {
  describe(`fastify, secrets, ${name}`, () => {
    it("accepts secrets of 32 bytes and longer", async () => {
      const strong = secret();
      for (const secrets of [strong.slice(0, 32), strong, `${strong}${secret()}${secret()}`]) {
        const eve = application({ mode: mode(secrets) }).newVisitor();
        await eve.visit((session) => session.set("some", "data"));
        expect((await eve.visit(dataOf)).result).toEqual({ some: "data" });
      }
    });

    it("rejects a weak secret at any position of a list", () => {
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
  describe(`fastify, cookies, ${name}`, () => {
    it("sends the cookie of a session that was only extended, and reads it back", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60, touchInterval: 0 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("some", "data"));
      clock.advance(1);
      const { cookies } = await eve.visit(() => "touched");
      expect(cookies).toHaveLength(1);
      expect((await eve.visit(dataOf)).result).toEqual({ some: "data" });
    });
  });
}

describe("fastify secure-session, encryption", () => {
  it("starts a new session when nonce, ciphertext or tag is shortened, extended, empty or foreign", async () => {
    const { newVisitor, events } = application({ mode: encryptedCookie({ secrets: secret() }) });
    const { cookies } = await newVisitor().visit((session) => session.set("some", "data"));
    const { cookies: others } = await newVisitor().visit((session) => session.set("some", "other data"));
    const parts = cookieValueOf(cookies[0]).split(".");
    const foreign = cookieValueOf(others[0]).split(".");
    let rejected = 0;
    for (const index of [2, 3, 4]) {
      const part = parts[index] ?? "";
      for (const wrong of ["", part.slice(0, -4), `${part}AAAA`, "A".repeat(part.length), foreign[index]]) {
        const thief = newVisitor();
        const value = parts.with(index, wrong ?? "").join(".");
        await thief.client.setCookie(`__Host-session=${value}; Path=/; Secure`);
        expect((await thief.visit(dataOf)).result).toEqual({});
        rejected += 1;
      }
    }
    expect(events.filter(({ type }) => type === "rejected")).toHaveLength(rejected);
  });
});

describe("fastify session, stores", () => {
  it("deletes the row of the old id after regenerate, and the row of a destroyed session", async () => {
    const rows = memoryStore();
    const store = faultyStore(rows);
    const { newVisitor } = application({ mode: serverSide(store) });
    const eve = newVisitor();
    const idOf = async () => (await eve.visit((session) => session.id)).result ?? "";
    await eve.visit((session) => session.set("some", "data"));
    const before = await idOf();
    await eve.visit((session) => session.regenerate());
    const after = await idOf();
    expect([await rows.load(before), (await rows.load(after))?.version]).toEqual([null, 1]);
    await eve.visit((session) => session.destroy());
    expect(await rows.load(after)).toBeNull();
    expect(store.calls).toMatchObject({ create: 2, delete: 2 });
  });
});
