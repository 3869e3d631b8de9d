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
  describe(`what Remix and React Router check, ${name}`, () => {
    it("sets its cookie on a response whose headers cannot be changed", async () => {
      const eve = application({ mode: mode() }).guest();
      const { response, cookies } = await eve.ask((session) => {
        session.set("count", 1);
        return Response.redirect("https://localhost/next", 303);
      });
      expect([response.status, response.headers.get("Location")]).toEqual([303, "https://localhost/next"]);
      expect(cookies).toHaveLength(1);
    });

    it("is there on the page that a redirect led to", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => {
        session.set("toast", "saved");
        return new Response(null, { status: 302, headers: { Location: "/after" } });
      });
      expect((await eve.ask(dataOf, { path: "/after" })).result).toEqual({ toast: "saved" });
    });

    it("hands a message to the next request and to no other", async () => {
      const eve = application({ mode: mode() }).guest();
      const read = () => eve.ask((session) => [session.flashed("message"), session.get("message")]);
      const { result } = await eve.ask((session) => {
        session.set("user", "mj");
        session.flash("message", "success!");
        return session.flashed("message");
      });
      expect(result).toBeUndefined();
      expect((await read()).result).toEqual(["success!", undefined]);
      expect((await read()).result).toEqual([undefined, undefined]);
    });

    it("shows a message and a value of one key apart, and drops the message with the session", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => {
        session.set("user", "mj");
        session.flash("user", "welcome");
      });
      const read = () => eve.ask((session) => [session.get("user"), session.flashed("user")]);
      expect((await read()).result).toEqual(["mj", "welcome"]);
      await eve.ask((session) => session.flash("user", "farewell"));
      await eve.ask((session) => session.destroy());
      expect((await read()).result).toEqual([undefined, undefined]);
    });

    it("sets, tells, replaces, removes and hands out values of any JSON type", async () => {
      const eve = application({ mode: mode() }).guest();
      const data = { text: "", truth: false, nothing: null, list: [1, [2]], tree: { a: { b: "ü 漢 🧥" } }, zero: 0 };
      await eve.ask((session) => {
        for (const [key, value] of Object.entries(data)) session.set(key, value);
      });
      expect((await eve.ask(dataOf)).result).toEqual(data);
      const { result } = await eve.ask((session) => {
        const seen = [session.has("nothing"), session.get("nothing"), session.has("missing"), session.get("missing")];
        session.set("text", "replaced");
        session.delete("list");
        return [...seen, session.delete("missing")];
      });
      expect(result).toEqual([true, null, false, undefined, false]);
      const { list, ...others } = data;
      expect((await eve.ask(dataOf)).result).toEqual({ ...others, text: "replaced" });
    });

    it("takes undefined for no value, rather than for a removal", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => session.set("name", "eve"));
      await eve.ask((session) => {
        const forgetful = () => session.set("name", undefined as never);
        expect(forgetful).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
      });
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("can be written again after it was destroyed, as another session", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => session.set("old", 1));
      const before = (await eve.ask((session) => session.id)).result;
      const { cookies } = await eve.ask((session) => {
        session.destroy();
        session.regenerate();
        session.delete("old");
        session.set("new", 2);
        session.flash("notice", "farewell");
      });
      expect(cookies).toHaveLength(1);
      const { result } = await eve.ask((session) => [dataOf(session), session.flashed("notice"), session.id]);
      expect(result).toEqual([{ new: 2 }, "farewell", expect.any(String)]);
      expect(result[2]).not.toBe(before);
    });

    it("has no id before it is kept", async () => {
      const eve = application({ mode: mode() }).guest();
      expect((await eve.ask((session) => [session.id, session.isNew])).result).toEqual([undefined, true]);
    });

    it("refuses to commit what another manager opened", async () => {
      const [one, other] = [application({ mode: mode() }), application({ mode: mode() })];
      const pending = one.sessions.open(new Request("https://localhost/"));
      (await pending).set("name", "eve");
      const commit = other.sessions.commit(pending, new Response());
      await expect(commit).rejects.toEqual(expect.objectContaining({ code: "SESSION_FOREIGN" }));
      expect([one.events, other.events]).toEqual([[], []]);
    });

    it("keeps its cookie from scripts unless it is told not to", async () => {
      const found = [];
      for (const cookie of [{}, { httpOnly: false }]) {
        const eve = application({ mode: mode(), cookie }).guest();
        const { cookies } = await eve.ask((session) => session.set("a", 1));
        found.push(cookies[0]?.includes("HttpOnly"));
      }
      expect(found).toEqual([true, false]);
    });

    it("refuses a partitioned cookie that is not secure", () => {
      const make = () => application({ mode: mode(), cookie: { name: "sid", partitioned: true, secure: false } });
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    });

    it("takes an empty cookie, and one of another name, for none", async () => {
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
  describe(`what Remix checks of ids, ${name}`, () => {
    it("ends every id that a session had, when it gets several in turn or in one request", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      const copies = [await eve.client.clone()];
      await eve.ask((session) => {
        session.regenerate();
        session.regenerate();
      });
      copies.push(await eve.client.clone());
      await eve.ask((session) => session.regenerate());
      for (const copy of copies) {
        const thief = guest();
        await thief.client.setCookie(`${await copy.cookieHeader()}; Path=/; Secure`);
        expect((await thief.ask(dataOf)).result).toEqual({});
      }
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("reads nothing from a copy of the cookie of a session that was destroyed", async () => {
      const { guest } = application({ mode: mode() });
      const [eve, thief] = [guest(), guest()];
      await eve.ask((session) => session.set("name", "eve"));
      await thief.client.setCookie(`${await eve.client.cookieHeader()}; Path=/; Secure`);
      expect((await thief.ask(dataOf)).result).toEqual({ name: "eve" });
      await eve.ask((session) => session.destroy());
      expect((await thief.ask(dataOf)).result).toEqual({});
    });
  });
}

for (const { name, mode } of modesWithSecrets()) {
  describe(`what Remix and React Router check of signatures, ${name}`, () => {
    it("takes a cookie with a wrong, missing or misspelt signature for none", async () => {
      const { guest } = application({ mode: mode() });
      const eve = guest();
      const { cookies } = await eve.ask((session) => session.set("name", "eve"));
      const ticket = cookieValueOf(cookies[0]);
      const body = ticket.slice(0, ticket.lastIndexOf("."));
      const signature = ticket.slice(body.length + 1);
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
      for (const value of wrong) {
        const mallory = guest();
        await mallory.client.setCookie(`__Host-session=${value}; Path=/; Secure`);
        expect((await mallory.ask(dataOf)).result, `one of ${value.length} characters`).toEqual({});
      }
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`what Remix and React Router check of size, ${name}`, () => {
    it("fails the request whose session outgrew the cookie, and leaves what was there", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => session.set("r", "small"));
      const outgrown = eve.ask((session) => session.set("r", "a".repeat(4096)));
      await expect(outgrown).rejects.toEqual(expect.objectContaining({ code: "SESSION_TOO_LARGE" }));
      expect((await eve.ask(dataOf)).result).toEqual({ r: "small" });
    });
  });
}

describe("what Remix and React Router check of stores", () => {
  it("asks none for an id that leads elsewhere", async () => {
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

  it("removes nothing from one when a session is destroyed that was never kept", async () => {
    const rows = memoryStore();
    const store = faultyStore(rows);
    const { guest } = application({ mode: serverSide(store) });
    const eve = guest();
    await eve.ask((session) => session.bind("eve"));
    store.resetCalls();
    await guest().ask((session) => session.destroy());
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
    expect(await rows.listBySubject("eve")).toHaveLength(1);
  });

  it("tells one when the session ends, also when the cookie ends with the browser", async () => {
    for (const persistent of [false, true]) {
      const store = memoryStore();
      const options = { mode: serverSide(store), persistent, lifetime: { idle: 100 } };
      const { guest, clock } = application(options);
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      const { result: id = "" } = await eve.ask((session) => session.id);
      expect((await store.load(id))?.expiresAt).toBe(clock.now() + 100_000);
    }
  });

  it("adopts no id from a cookie, known form or not", async () => {
    const store = faultyStore(memoryStore());
    const { guest } = application({ mode: serverSide(store) });
    const chosen = "A".repeat(43);
    const mallory = guest();
    await mallory.client.setCookie(`__Host-session=${chosen}; Path=/; Secure`);
    const { cookies } = await mallory.ask((session) => session.set("name", "mallory"));
    expect(store.calls).toMatchObject({ load: 1, create: 1 });
    expect(cookieValueOf(cookies[0])).toMatch(/^[\w-]{43}$/);
    expect(cookieValueOf(cookies[0])).not.toBe(chosen);
  });

  it("can be shared by managers of one name, as the servers of one site are", async () => {
    const store = memoryStore();
    const [one, other] = [application({ mode: serverSide(store) }), application({ mode: serverSide(store) })];
    expect(one.sessions).toBeInstanceOf(SessionManager);
    const eve = one.guest();
    await eve.ask((session) => session.set("name", "eve"));
    const moved = other.guest();
    await moved.client.setCookie(`${await eve.client.cookieHeader()}; Path=/; Secure`);
    expect((await moved.ask(dataOf)).result).toEqual({ name: "eve" });
  });
});
