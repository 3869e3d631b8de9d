import { type AccountExtension, AccountManager, login, loginOf, logout } from "@coatcheck/auth";
import { memoryStore, type Session, type SessionMode, serverSide } from "@coatcheck/core";
import { visitor } from "@coatcheck/test-support";
import { fakeClock, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { loginModes } from "../support/login-modes.ts";

interface Data {
  cart: string[];
  theme: "light" | "dark";
}

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

function setUp(mode: SessionMode, extensions: readonly AccountExtension[] = []) {
  const clock = fakeClock();
  const sessions = new AccountManager<Data>({ mode, extensions, now: clock.now });
  const { client, visit } = visitor(sessions);
  const read = (session: Session<Data>) => ({
    subject: session.subject,
    id: session.id,
    cart: session.get("cart"),
    theme: session.get("theme"),
    login: loginOf(session),
    farewell: session.flashed("farewell"),
  });
  return {
    clock,
    sessions,
    client,
    visit,
    logIn: (subject: string, options?: Parameters<typeof login>[2]) =>
      visit((session) => login(session, subject, options)),
    /** What the next request finds. */
    look: async () => (await visit(read)).result,
    /** Copies the cookies now. The returned function tells who a request with the copy is logged in as. */
    copy: async () => {
      const header = await client.cookieHeader();
      return async () => {
        const request = new Request("https://localhost/", { headers: { Cookie: header } });
        return (await sessions.open(request)).subject;
      };
    },
  };
}

for (const { name, mode, canEnd } of loginModes()) {
  describe(`login, ${name}`, () => {
    it("SEC-05 gives a new id at every login, also of the same subject, and ends the old one", async () => {
      const { client, visit, logIn, look, copy } = setUp(mode());
      await visit((session) => session.set("theme", "dark"));
      const ids = [(await look()).id];
      const cookies = [await client.cookieHeader()];
      const copies = [];
      for (const options of [{}, {}, { level: 2 }] as const) {
        copies.push(await copy());
        await logIn("eve", options);
        ids.push((await look()).id);
        cookies.push(await client.cookieHeader());
      }
      expect(new Set(ids).size).toBe(4);
      expect(new Set(cookies).size).toBe(4);
      // The first copy has the id from before any login, as an attacker could have planted it. It stays anonymous.
      const [planted, ...stolen] = copies;
      expect(await planted?.()).toBeUndefined();
      for (const thief of stolen) expect(await thief()).toBe(canEnd ? undefined : "eve");
      expect((await look()).subject).toBe("eve");
    });

    it("keeps the data of the visitor who logs in, also under later ids", async () => {
      const { visit, logIn, look } = setUp(mode());
      await visit((session) => {
        session.set("cart", ["book"]);
        session.set("theme", "dark");
      });
      await logIn("eve");
      expect(await look()).toMatchObject({ subject: "eve", cart: ["book"], theme: "dark" });
      await visit((session) => session.regenerate());
      await logIn("eve", { level: 2 });
      expect(await look()).toMatchObject({ subject: "eve", cart: ["book"], theme: "dark" });
    });

    it("SEC-05 gives another subject nothing of the previous one: no data, no login info, no endsAt", async () => {
      const { clock, visit, logIn, look, copy } = setUp(mode());
      await logIn("eve", { method: "passkey", level: 3, sid: "sid-of-eve", endsAt: clock.now() + 60_000 });
      await visit((session) => session.set("cart", ["diary"]));
      const thief = await copy();
      await visit(async (session) => {
        session.set("theme", "dark");
        await login(session, "grace");
      });
      const found = await look();
      expect(found).toMatchObject({ subject: "grace", cart: undefined, theme: "dark" });
      expect(found.login).toEqual({});
      expect(await thief()).toBe(canEnd ? undefined : "eve");
      clock.advance(60);
      expect((await look()).subject).toBe("grace");
    });

    it("stores method, level, device and sid for later requests", async () => {
      const { visit, logIn, look } = setUp(mode());
      const info = { method: "passkey", level: 2, sid: "sid-1" } as const;
      await logIn("eve", info);
      await visit((session) => session.set("theme", "dark"));
      await visit((session) => session.regenerate());
      expect((await look()).login).toEqual(info);
      expect((await visit((session) => [...session.entries()])).result).toEqual([["theme", "dark"]]);
    });

    it("keeps the sid at a step-up, and drops the previous method and level", async () => {
      const { logIn, look } = setUp(mode());
      await logIn("eve", { method: "oidc", level: 1, sid: "sid-1" });
      await logIn("eve", { method: "passkey", level: 3 });
      expect((await look()).login).toEqual({ method: "passkey", level: 3, sid: "sid-1" });
      await logIn("eve", { sid: "sid-2" });
      expect((await look()).login).toEqual({ sid: "sid-2" });
    });

    it("sets a persistent cookie or a browser-session cookie by the option persistent", async () => {
      const { visit, logIn } = setUp(mode());
      const maxAges = [
        await logIn("eve"),
        await logIn("eve", { persistent: true }),
        await logIn("eve"),
        await logIn("eve", { persistent: false }),
        await visit((session) => session.regenerate()),
      ].map(({ cookies }) => cookies.map((line) => /Max-Age=\d+/.exec(line)?.[0]));
      expect(maxAges).toEqual([[undefined], ["Max-Age=86400"], ["Max-Age=86400"], [undefined], [undefined]]);
    });

    it("SEC-05 has no effect when the request fails afterwards", async () => {
      const { sessions, client, visit, look } = setUp(mode());
      await visit((session) => session.set("cart", ["book"]));
      const cookie = await client.cookieHeader();
      const already = name.startsWith("server-side") ? (await sessions.list("eve")).length : 0;
      const fail = async (session: Session<Data>) => {
        await login(session, "eve");
        throw new Error("after the login");
      };
      await expect(visit(fail)).rejects.toThrow("after the login");
      const request = new Request("https://localhost/", { headers: { Cookie: cookie } });
      const response = await sessions.handle(request, async (pending) => {
        await login(await pending, "eve");
        return new Response("failed", { status: 500 });
      });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await client.cookieHeader()).toBe(cookie);
      expect(await look()).toMatchObject({ subject: undefined, cart: ["book"] });
      if (name.startsWith("server-side")) expect(await sessions.list("eve")).toHaveLength(already);
    });
  });

  describe(`logout, ${name}`, () => {
    it(`SEC-22 removes the cookie${canEnd ? ", and a copy of it is anonymous" : ", but a copy of it is valid until it expires"}`, async () => {
      const { client, visit, logIn, look, copy } = setUp(mode());
      await logIn("eve");
      await visit((session) => session.set("cart", ["book"]));
      const thief = await copy();
      const { cookies } = await visit(logout);
      expect(cookies).toEqual(["__Host-session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0"]);
      expect(await client.cookieHeader()).toBe("");
      expect(await thief()).toBe(canEnd ? undefined : "eve");
      const found = await look();
      expect(found).toMatchObject({ subject: undefined, cart: undefined });
      expect(found.login).toEqual({});
    });

    it("can flash a message, in a new anonymous session", async () => {
      const { visit, logIn, look } = setUp(mode());
      await logIn("eve", { method: "password" });
      const { id } = await look();
      await visit((session) => {
        logout(session);
        session.flash("farewell", "See you.");
      });
      const next = await look();
      expect(next).toMatchObject({ subject: undefined, farewell: "See you." });
      expect(next.login).toEqual({});
      expect(next.id).not.toBe(id);
      expect((await look()).farewell).toBeUndefined();
    });

    it("SEC-22 takes effect although the handler fails afterwards", async () => {
      const { sessions, client, visit, logIn, look, copy } = setUp(mode());
      await logIn("eve");
      const fail = (session: Session<Data>) => {
        logout(session);
        throw new Error("after the logout");
      };
      await expect(visit(fail)).rejects.toThrow("after the logout");
      // Without a response no cookie was removed, and a mode that stores nothing on the server had nothing to end.
      expect((await look()).subject).toBe(canEnd ? undefined : "eve");

      await logIn("eve");
      const thief = await copy();
      const request = new Request("https://localhost/", { headers: { Cookie: await client.cookieHeader() } });
      const response = await sessions.handle(request, async (pending) => {
        logout(await pending);
        return new Response("failed", { status: 500 });
      });
      expect(response.headers.getSetCookie()).toEqual([expect.stringContaining("Max-Age=0")]);
      expect(await thief()).toBe(canEnd ? undefined : "eve");
    });

    it("SEC-05 can be followed by a login with a new id in the same request", async () => {
      const { visit, logIn, look, copy } = setUp(mode());
      await logIn("eve");
      await visit((session) => session.set("cart", ["book"]));
      const thief = await copy();
      const { id } = await look();
      await visit(async (session) => {
        logout(session);
        await login(session, "eve");
      });
      expect(await thief()).toBe(canEnd ? undefined : "eve");
      expect(await look()).toMatchObject({ subject: "eve", cart: undefined });
      expect((await look()).id).not.toBe(id);
    });
  });
}

describe("login", () => {
  it("stores a label of the browser and system instead of the User-Agent", async () => {
    const sessions = new AccountManager({ mode: serverSide(memoryStore()) });
    const headers = { "User-Agent": FIREFOX };
    await sessions.handle(new Request("https://localhost/", { headers }), async (pending) => {
      const session = await pending;
      await login(session, "eve");
      const { device } = loginOf(session);
      expect(device).toEqual(expect.any(String));
      expect(device?.length).toBeLessThan(FIREFOX.length);
      return new Response();
    });
  });

  it("is complete when the call returns if no extension has beforeLogin, so that a forgotten await does no harm", async () => {
    const { visit } = setUp(serverSide(memoryStore()));
    const { result } = await visit((session) => {
      const loggingIn = login(session, "eve");
      return { subject: session.subject, loggingIn };
    });
    expect(result.subject).toBe("eve");
  });

  it("calls beforeLogin before anything has changed, and onLogin after it", async () => {
    const calls: unknown[] = [];
    const extension: AccountExtension = {
      forRequest: ({ session }) => ({
        async beforeLogin(subject) {
          calls.push(["beforeLogin", session.subject, subject]);
          if (subject === "mallory") throw new Error("Not you.");
        },
        onLogin(options) {
          calls.push(["onLogin", session.subject, options]);
        },
      }),
    };
    const { visit, logIn, look } = setUp(serverSide(memoryStore()), [extension]);
    await visit((session) => session.set("theme", "dark"));
    const before = await look();
    await visit(async (session) => {
      await expect(login(session, "mallory")).rejects.toThrow("Not you.");
    });
    expect(await look()).toEqual(before);
    await logIn("eve", { method: "password" });
    expect(calls).toEqual([
      ["beforeLogin", undefined, "mallory"],
      ["beforeLogin", undefined, "eve"],
      ["onLogin", "eve", { method: "password" }],
    ]);
  });

  it("rejects an invalid subject, remember without rememberMe, and a committed session", async () => {
    const { sessions, visit, look } = setUp(serverSide(memoryStore()));
    await visit(async (session) => {
      for (const wrong of ["", "a\0b", 7 as never, undefined as never]) {
        await expect(login(session, wrong)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      }
      await expect(login(session, "eve", { remember: true })).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message: expect.stringContaining("rememberMe({ store })"),
      });
    });
    expect((await look()).subject).toBeUndefined();
    const session = await sessions.open(new Request("https://localhost/"));
    await sessions.commit(session, new Response());
    await expect(login(session, "eve")).rejects.toMatchObject({ code: "SESSION_COMMITTED" });
    expect(() => logout(session)).toThrow(expect.objectContaining({ code: "SESSION_COMMITTED" }));
  });

  it("SEC-05 SEC-42 sets no cookie when the store fails between the new id and the end of the old one", async () => {
    const store = faultyStore(memoryStore());
    const { sessions, client, logIn, look, copy } = setUp(serverSide(store));
    await logIn("eve");
    for (const fault of ["throw-before", "throw-after"] as const) {
      const thief = await copy();
      const cookie = await client.cookieHeader();
      store.failNext("delete", fault);
      await expect(logIn("eve", { level: 2 })).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await client.cookieHeader()).toBe(cookie);
      // Either the deletion failed, and nothing happened; or it succeeded, and only its answer was lost.
      expect(await thief()).toBe(fault === "throw-before" ? "eve" : undefined);
    }
    expect((await look()).subject).toBeUndefined();
    expect(await sessions.list("eve")).toEqual([]);
    await logIn("eve");
    expect((await look()).subject).toBe("eve");
  });

  it("SEC-05 counts although the session ended meanwhile, and keeps none of its data", async () => {
    const store = faultyStore(memoryStore());
    const { sessions, visit, look } = setUp(serverSide(store));
    await visit((session) => session.set("cart", ["book"]));
    const { id = "" } = await look();
    await visit(async (session) => {
      await login(session, "eve", { method: "password" });
      await sessions.revoke(id);
    });
    expect(await look()).toMatchObject({ subject: "eve", cart: undefined, login: { method: "password" } });
  });
});

describe("logout", () => {
  it("ends the session of an anonymous visitor too", async () => {
    const { sessions, visit, look } = setUp(serverSide(memoryStore()));
    await visit((session) => session.set("cart", ["book"]));
    const { id = "" } = await look();
    await visit((session) => {
      logout(session);
      session.flash("farewell", "See you.");
    });
    const next = await look();
    expect(next).toMatchObject({ cart: undefined, farewell: "See you." });
    expect(next.id).not.toBe(id);
    expect(await sessions.revoke(id)).toBe(false);
  });

  it("SEC-22 SEC-23 wins over a slow write that began before it", async () => {
    const store = faultyStore(memoryStore());
    const { sessions, client, visit, logIn, look, copy } = setUp(serverSide(store));
    await logIn("eve");
    const thief = await copy();
    const slow = store.pauseNext("update");
    const request = new Request("https://localhost/", { headers: { Cookie: await client.cookieHeader() } });
    const writing = sessions.handle(request, async (pending) => {
      (await pending).set("cart", ["late"]);
      return new Response();
    });
    await slow.reached;
    await visit(logout);
    slow.resume();
    expect((await writing).headers.getSetCookie()).toEqual([]);
    expect(await thief()).toBeUndefined();
    expect(await look()).toMatchObject({ subject: undefined, cart: undefined });
    expect(await sessions.list("eve")).toEqual([]);
  });
});
