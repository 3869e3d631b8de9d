import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import {
  cookieModes,
  cookieModesWithRevocations,
  cookieValueOf,
  modes,
  modesWithSecrets,
} from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`Remix and React Router, ${name}`, () => {
    it("sets its cookie on a response with immutable headers", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const { response, cookies } = await eve.visit((session) => {
        session.set("count", 1);
        return Response.redirect("https://localhost/next", 303);
      });
      expect([response.status, response.headers.get("Location")]).toEqual([303, "https://localhost/next"]);
      expect(cookies).toHaveLength(1);
    });

    it("keeps the session across a redirect", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => {
        session.set("toast", "saved");
        return new Response(null, { status: 302, headers: { Location: "/after" } });
      });
      expect((await eve.visit(dataOf, { path: "/after" })).result).toEqual({ toast: "saved" });
    });

    it("shows a flash message on the next request only", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const read = () => eve.visit((session) => [session.flashed("message"), session.get("message")]);
      const { result } = await eve.visit((session) => {
        session.set("user", "mj");
        session.flash("message", "success!");
        return session.flashed("message");
      });
      expect(result).toBeUndefined();
      expect((await read()).result).toEqual(["success!", undefined]);
      expect((await read()).result).toEqual([undefined, undefined]);
    });

    it("keeps a flash message apart from a value of the same key, and drops it with the session", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => {
        session.set("user", "mj");
        session.flash("user", "welcome");
      });
      const read = () => eve.visit((session) => [session.get("user"), session.flashed("user")]);
      expect((await read()).result).toEqual(["mj", "welcome"]);
      await eve.visit((session) => session.flash("user", "farewell"));
      await eve.visit((session) => session.destroy());
      expect((await read()).result).toEqual([undefined, undefined]);
    });

    it("sets, reads, replaces and deletes values of every JSON type", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const data = { text: "", truth: false, nothing: null, list: [1, [2]], tree: { a: { b: "ü 漢 🧥" } }, zero: 0 };
      await eve.visit((session) => {
        for (const [key, value] of Object.entries(data)) session.set(key, value);
      });
      expect((await eve.visit(dataOf)).result).toEqual(data);
      const { result } = await eve.visit((session) => {
        const seen = [session.has("nothing"), session.get("nothing"), session.has("missing"), session.get("missing")];
        session.set("text", "replaced");
        session.delete("list");
        return [...seen, session.delete("missing")];
      });
      expect(result).toEqual([true, null, false, undefined, false]);
      const { list, ...others } = data;
      expect((await eve.visit(dataOf)).result).toEqual({ ...others, text: "replaced" });
    });

    it("rejects undefined as a value and keeps the old one", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      await eve.visit((session) => {
        const forgetful = () => session.set("name", undefined as never);
        expect(forgetful).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
      });
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("stores what is written after destroy as another session", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => session.set("old", 1));
      const before = (await eve.visit((session) => session.id)).result;
      const { cookies } = await eve.visit((session) => {
        session.destroy();
        session.regenerate();
        session.delete("old");
        session.set("new", 2);
        session.flash("notice", "farewell");
      });
      expect(cookies).toHaveLength(1);
      const { result } = await eve.visit((session) => [dataOf(session), session.flashed("notice"), session.id]);
      expect(result).toEqual([{ new: 2 }, "farewell", expect.any(String)]);
      expect(result[2]).not.toBe(before);
    });

    it("has no id before it is stored", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      expect((await eve.visit((session) => [session.id, session.isNew])).result).toEqual([undefined, true]);
    });

    it("refuses to commit a session that another manager opened", async () => {
      const [one, other] = [application({ mode: mode() }), application({ mode: mode() })];
      const pending = one.sessions.open(new Request("https://localhost/"));
      (await pending).set("name", "eve");
      const commit = other.sessions.commit(pending, new Response());
      await expect(commit).rejects.toEqual(expect.objectContaining({ code: "SESSION_FOREIGN" }));
      expect([one.events, other.events]).toEqual([[], []]);
    });

    it("hides its cookie from scripts by default", async () => {
      const found = [];
      for (const cookie of [{}, { httpOnly: false }]) {
        const eve = application({ mode: mode(), cookie }).newVisitor();
        const { cookies } = await eve.visit((session) => session.set("a", 1));
        found.push(cookies[0]?.includes("HttpOnly"));
      }
      expect(found).toEqual([true, false]);
    });

    it("rejects a partitioned cookie that is not secure", () => {
      const make = () => application({ mode: mode(), cookie: { name: "sid", partitioned: true, secure: false } });
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    });

    it("ignores an empty cookie and one of another name", async () => {
      const { sessions, events } = application({ mode: mode() });
      for (const header of ["__Host-session=", "__Host-session", "__host-session=x", "session=x", ";;", "=x"]) {
        const request = new Request("https://localhost/", { headers: { Cookie: header } });
        const response = await sessions.handle(request, async (pending) => Response.json((await pending).isNew));
        expect(await response.json(), header).toBe(true);
      }
      expect(events).toEqual([]);
    });
  });
}

for (const { name, mode } of [
  { name: "server-side", mode: () => serverSide(memoryStore()) },
  ...cookieModesWithRevocations(),
]) {
  describe(`Remix, ids, ${name}`, () => {
    it("ends every earlier id, after several regenerate calls in one request and in several", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const copies = [await eve.client.clone()];
      await eve.visit((session) => {
        session.regenerate();
        session.regenerate();
      });
      copies.push(await eve.client.clone());
      await eve.visit((session) => session.regenerate());
      for (const copy of copies) {
        const thief = newVisitor();
        await thief.client.setCookie(`${await copy.cookieHeader()}; Path=/; Secure`);
        expect((await thief.visit(dataOf)).result).toEqual({});
      }
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("reads nothing from a copied cookie after the session was destroyed", async () => {
      const { newVisitor } = application({ mode: mode() });
      const [eve, thief] = [newVisitor(), newVisitor()];
      await eve.visit((session) => session.set("name", "eve"));
      await thief.client.setCookie(`${await eve.client.cookieHeader()}; Path=/; Secure`);
      expect((await thief.visit(dataOf)).result).toEqual({ name: "eve" });
      await eve.visit((session) => session.destroy());
      expect((await thief.visit(dataOf)).result).toEqual({});
    });
  });
}

for (const { name, mode } of modesWithSecrets()) {
  describe(`Remix and React Router, signatures, ${name}`, () => {
    it("rejects a wrong, missing or malformed signature", async () => {
      const { newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      const { cookies } = await eve.visit((session) => session.set("name", "eve"));
      const value = cookieValueOf(cookies[0]);
      const body = value.slice(0, value.lastIndexOf("."));
      const signature = value.slice(body.length + 1);
      const wrong = [
        body,
        `${body}.`,
        `${body}.${"x".repeat(signature.length)}`,
        `${body}.${signature.slice(0, -1)}=`,
        `${body}.${encodeURIComponent(`${signature.slice(0, -1)}ü`)}`,
        `${body}.${signature}=`,
        `${body}.${signature.slice(0, -1)}`,
        `${body}%2E${signature}`,
        signature,
      ];
      for (const [index, forged] of wrong.entries()) {
        const mallory = newVisitor();
        await mallory.client.setCookie(`__Host-session=${forged}; Path=/; Secure`);
        expect((await mallory.visit(dataOf)).result, `forgery ${index}`).toEqual({});
      }
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`Remix and React Router, size, ${name}`, () => {
    it("fails the request whose session is too large for the cookie, and keeps the old session", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => session.set("r", "small"));
      const outgrown = eve.visit((session) => session.set("r", "a".repeat(4096)));
      await expect(outgrown).rejects.toEqual(expect.objectContaining({ code: "SESSION_TOO_LARGE" }));
      expect((await eve.visit(dataOf)).result).toEqual({ r: "small" });
    });
  });
}

describe("Remix and React Router, stores", () => {
  it("loads nothing for an id that is a path", async () => {
    const store = faultyStore(memoryStore());
    const { sessions } = application({ mode: serverSide(store) });
    const ids = ["../../etc/passwd", "..%2F..%2Fetc", "/etc/passwd", "a/b", "..", ".", "con", "*", "' OR 1=1 --"];
    for (const id of ids) {
      const request = new Request("https://localhost/", { headers: { Cookie: `__Host-session=${id}` } });
      const response = await sessions.handle(request, async (pending) => Response.json(dataOf(await pending)));
      expect(await response.json(), id).toEqual({});
    }
    expect(store.calls.load).toBe(0);
  });

  it("deletes nothing when a session is destroyed that was never stored", async () => {
    const rows = memoryStore();
    const store = faultyStore(rows);
    const { newVisitor } = application({ mode: serverSide(store) });
    const eve = newVisitor();
    await eve.visit((session) => session.bind("eve"));
    store.resetCalls();
    await newVisitor().visit((session) => session.destroy());
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
    expect(await rows.listBySubject("eve")).toHaveLength(1);
  });

  it("gives the store the expiry of a session, persistent or not", async () => {
    for (const persistent of [false, true]) {
      const store = memoryStore();
      const options = { mode: serverSide(store), persistent, lifetime: { idle: 100 } };
      const { newVisitor, clock } = application(options);
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const { result: id = "" } = await eve.visit((session) => session.id);
      expect((await store.load(id))?.expiresAt).toBe(clock.now() + 100_000);
    }
  });

  it("adopts no id from a cookie", async () => {
    const store = faultyStore(memoryStore());
    const { newVisitor } = application({ mode: serverSide(store) });
    const chosen = "A".repeat(43);
    const mallory = newVisitor();
    await mallory.client.setCookie(`__Host-session=${chosen}; Path=/; Secure`);
    const { cookies } = await mallory.visit((session) => session.set("name", "mallory"));
    expect(store.calls).toMatchObject({ load: 1, create: 1 });
    expect(cookieValueOf(cookies[0])).toMatch(/^[\w-]{43}$/);
    expect(cookieValueOf(cookies[0])).not.toBe(chosen);
  });

  it("finds the session of another manager with the same store and cookie name", async () => {
    const store = memoryStore();
    const [one, other] = [application({ mode: serverSide(store) }), application({ mode: serverSide(store) })];
    expect(one.sessions).toBeInstanceOf(SessionManager);
    const eve = one.newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    const moved = other.newVisitor();
    await moved.client.setCookie(`${await eve.client.cookieHeader()}; Path=/; Secure`);
    expect((await moved.visit(dataOf)).result).toEqual({ name: "eve" });
  });
});
