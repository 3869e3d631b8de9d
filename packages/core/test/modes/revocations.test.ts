import {
  encryptedCookie,
  memoryStore,
  type SealedCookieOptions,
  type SessionEvent,
  SessionManager,
  type SessionManagerOptions,
  type SessionMode,
  type SessionStore,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { type Browser, browser, fakeClock, faultyStore } from "@coatcheck/testing";
import { describe, expect, it, vi } from "vitest";

type MakeMode = (options: SealedCookieOptions) => SessionMode;

const cookieModes: Readonly<Record<string, MakeMode>> = {
  "signed cookie": signedCookie,
  "encrypted cookie": encryptedCookie,
};

/** A server of the application. Several on one store and one secret are one site. */
function serverOf(
  makeMode: MakeMode,
  sealed: SealedCookieOptions,
  options: Omit<SessionManagerOptions<{ visits: number }>, "mode"> = {},
) {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager<{ visits: number }>({
    mode: makeMode(sealed),
    onEvent: (event) => events.push(event),
    ...options,
  });
  let inHandler = async (): Promise<void> => {};
  const fetch = sessions.wrap(async (request, pending) => {
    const { pathname, searchParams } = new URL(request.url);
    const session = await pending;
    await inHandler();
    if (pathname === "/login") session.bind(searchParams.get("as") ?? "eve");
    if (pathname === "/logout") session.destroy();
    if (pathname === "/regenerate") session.regenerate();
    if (pathname === "/visit") session.update("visits", (visits = 0) => visits + 1);
    const response = await sessions.commit(session, new Response());
    const { id, subject } = session;
    return new Response(JSON.stringify({ id, subject, visits: session.get("visits") }), response);
  });
  /** Holds the next handler between the load of its session and its commit. */
  const pauseHandler = () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
    inHandler = () => {
      inHandler = async () => {};
      reach();
      return resumed;
    };
    return { reached, resume };
  };
  return { sessions, fetch, events, pauseHandler };
}

/** A store whose next answer to a load can be held back. */
function lateAnswers<Store extends SessionStore>(store: Store) {
  let hold: (() => Promise<void>) | undefined;
  return {
    ...store,
    async load(key: string) {
      const held = hold;
      hold = undefined;
      const answer = await store.load(key);
      await held?.();
      return answer;
    },
    pauseNextAnswer() {
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
      hold = () => {
        reach();
        return resumed;
      };
      return { reached, resume };
    },
  };
}

async function ask(client: Browser, path: string): Promise<{ id?: string; subject?: string; visits?: number }> {
  return (await client.fetch(path)).json();
}

for (const [name, makeMode] of Object.entries(cookieModes)) {
  const setUp = (options: Partial<SealedCookieOptions> = {}) => {
    const clock = fakeClock();
    const store = lateAnswers(faultyStore(memoryStore({ now: clock.now })));
    const sealed = { secrets: secret(), revocations: store, ...options };
    const newServer = (now = clock.now) => serverOf(makeMode, sealed, { now });
    const server = newServer();
    const device = async (as = "eve") => {
      const client = browser({ fetch: server.fetch });
      return { client, ...(await ask(client, `/login?as=${as}`)) };
    };
    return { clock, store, newServer, device, ...server };
  };

  describe(`revocations of a ${name}`, () => {
    it("SEC-22 refuse a copy of the cookie after logout, of an anonymous session as well", async () => {
      for (const path of ["/visit", "/login"]) {
        const { fetch, events } = setUp();
        const client = browser({ fetch });
        await ask(client, path);
        const thief = await client.clone();
        await ask(client, "/logout");
        expect(await ask(thief, "/")).toEqual({});
        expect(events).toContainEqual({ type: "rejected", reason: "revoked" });
      }
    });

    it("SEC-22 hold on every server that shares the store", async () => {
      const { newServer, device } = setUp();
      const { client } = await device();
      const elsewhere = newServer();
      const thief = await client.clone();
      await ask(client, "/logout");
      const answer = await elsewhere.fetch(
        new Request("https://localhost/", { headers: { Cookie: await thief.cookieHeader() } }),
      );
      expect(await answer.json()).toEqual({});
    });

    for (const path of ["/visit", "/regenerate", "/"]) {
      it(`SEC-23 let no request to ${path} that was under way bring the session back`, async () => {
        const { clock, fetch, device, pauseHandler, events } = setUp();
        const { client } = await device();
        const late = await client.clone();
        // Long enough ago for a mere read to extend the session.
        clock.advance(10_000);
        const pause = pauseHandler();
        const under = late.fetch(path);
        await pause.reached;
        await browser({ fetch }).fetch("/");
        await ask(client, "/logout");
        pause.resume();
        const response = await under;
        expect(response.status).toBe(200);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(await ask(late, "/")).toEqual({});
        expect(events.some(({ type }) => type === "write-dropped")).toBe(path !== "/");
      });
    }

    it("SEC-05 have ended the old cookie when the new one leaves, at login, re-authentication and regenerate", async () => {
      const { fetch } = setUp();
      const client = browser({ fetch });
      await ask(client, "/visit");
      for (const path of ["/login", "/login", "/regenerate"]) {
        const thief = await client.clone();
        const { id } = await ask(client, path);
        expect(await ask(thief, "/")).toEqual({});
        expect(await ask(client, "/")).toEqual({ id, subject: "eve", visits: 1 });
      }
    });

    for (const operation of ["load", "create"] as const) {
      for (const fault of ["throw-before", "throw-after"] as const) {
        it(`SEC-05 SEC-42 let no new cookie leave when the store fails (${operation}, ${fault})`, async () => {
          const { fetch, store } = setUp();
          const client = browser({ fetch });
          await ask(client, "/visit");
          const before = await client.cookieHeader();
          const late = await client.clone();
          // The read of the request itself has to succeed; what fails is what its commit asks for.
          const held = store.pauseNext("load");
          const login = late.fetch("/login");
          await held.reached;
          store.failNext(operation, fault);
          held.resume();
          await expect(login).rejects.toMatchObject({ code: "STORE_FAILED" });
          expect(await late.cookieHeader()).toBe(before);
        });
      }
    }

    it("SEC-24 end one session by its id, and no other", async () => {
      const { sessions, device, events } = setUp();
      const first = await device();
      const second = await device();
      const other = await device("grace");
      expect(await sessions.revoke(first.id ?? "")).toBe(true);
      expect(await sessions.revoke(first.id ?? "")).toBe(false);
      expect(events).toContainEqual({ type: "revoked", id: first.id });
      expect(await ask(first.client, "/")).toEqual({});
      expect(await ask(second.client, "/")).toMatchObject({ subject: "eve" });
      expect(await ask(other.client, "/")).toMatchObject({ subject: "grace" });
    });

    it("SEC-04 ask no store for what is no id", async () => {
      const { sessions, store } = setUp();
      for (const wrong of ["", "../../x", "a".repeat(21), "a".repeat(39), "é".repeat(22), `${"a".repeat(22)}\n`]) {
        expect(await sessions.revoke(wrong)).toBe(false);
      }
      expect(store.calls).toMatchObject({ load: 0, create: 0, update: 0 });
    });

    it("SEC-24 end all sessions of a subject, and of nobody else", async () => {
      const { sessions, device, events } = setUp();
      const devices = [await device(), await device()];
      const other = await device("grace");
      expect(await sessions.revokeAll("eve")).toBeUndefined();
      for (const { client } of devices) expect(await ask(client, "/")).toEqual({});
      expect(await ask(other.client, "/")).toMatchObject({ subject: "grace" });
      expect(events).toContainEqual({ type: "revoked", subject: "eve", count: undefined });
    });

    it("SEC-24 spare one session, until the next time", async () => {
      const { sessions, device } = setUp();
      const [mine, lost] = [await device(), await device()];
      await sessions.revokeAll("eve", { except: mine.id });
      expect(await ask(mine.client, "/visit")).toEqual({ id: mine.id, subject: "eve", visits: 1 });
      expect(await ask(lost.client, "/")).toEqual({});
      const { id } = await ask(mine.client, "/regenerate");
      expect(await ask(mine.client, "/")).toMatchObject({ id, visits: 1 });
      const next = await device();
      await sessions.revokeAll("eve", { except: next.id });
      expect(await ask(mine.client, "/")).toEqual({});
      expect(await ask(next.client, "/")).toMatchObject({ subject: "eve" });
    });

    it("SEC-24 spare none that had ended before", async () => {
      const { sessions, device } = setUp();
      const mine = await device();
      const thief = await mine.client.clone();
      await ask(mine.client, "/logout");
      await sessions.revokeAll("eve", { except: mine.id });
      expect(await ask(thief, "/")).toEqual({});
    });

    it("SEC-24 tell a login after revokeAll from one before it, in the same millisecond", async () => {
      const { sessions, device } = setUp();
      for (let round = 0; round < 3; round++) {
        const before = await device();
        await sessions.revokeAll("eve");
        const after = await device();
        expect(await ask(before.client, "/")).toEqual({});
        expect(await ask(after.client, "/")).toMatchObject({ subject: "eve" });
      }
    });

    for (const skew of [5_000, -5_000]) {
      it(`SEC-24 hold between two servers whose clocks are ${skew} ms apart`, async () => {
        const { clock, newServer, sessions, device, fetch } = setUp();
        const skewed = newServer(() => clock.now() + skew);
        for (const end of [sessions, skewed.sessions]) {
          for (const login of [fetch, skewed.fetch]) {
            const before = await device();
            await end.revokeAll("eve");
            const after = browser({ fetch: login });
            await ask(after, "/login");
            expect(await ask(before.client, "/")).toEqual({});
            expect(await ask(after, "/")).toMatchObject({ subject: "eve" });
            const cookie = await after.cookieHeader();
            await ask(after, "/logout");
            for (const server of [fetch, skewed.fetch]) {
              const replay = await server(new Request("https://localhost/", { headers: { Cookie: cookie } }));
              expect(await replay.json()).toEqual({});
            }
          }
        }
      });
    }

    for (const operation of ["load", "create"] as const) {
      for (let nth = 1; nth <= (operation === "load" ? 3 : 1); nth++) {
        it(`SEC-24 end a login, or let it be complete, when revokeAll comes at its ${operation} number ${nth}`, async () => {
          const { sessions, store, fetch } = setUp();
          const client = browser({ fetch });
          await ask(client, "/visit");
          const pauses = Array.from({ length: nth }, () => store.pauseNext(operation));
          const login = client.fetch("/login");
          for (const [index, { reached, resume }] of pauses.entries()) {
            await reached;
            if (index === nth - 1) await sessions.revokeAll("eve");
            resume();
          }
          expect((await login).status).toBe(200);
          const { subject } = await ask(client, "/");
          expect([undefined, "eve"]).toContain(subject);
          await sessions.revokeAll("eve");
          expect(await ask(client, "/")).toEqual({});
        });
      }
    }

    it("SEC-22 SEC-24 lose none of many logouts of one subject at once", async () => {
      const { device } = setUp();
      const devices = await Promise.all(Array.from({ length: 20 }, () => device()));
      const thieves = await Promise.all(devices.map(({ client }) => client.clone()));
      const [spared, ...ended] = devices;
      await Promise.all(ended.map(({ client }) => ask(client, "/logout")));
      for (const thief of thieves.slice(1)) expect(await ask(thief, "/")).toEqual({});
      expect(await ask(spared?.client ?? browser(), "/")).toMatchObject({ subject: "eve" });
    });

    for (const operation of ["create", "update"] as const) {
      it(`SEC-22 lose neither of two logouts of one subject that meet at the ${operation} of their record`, async () => {
        const { store, sessions, device } = setUp();
        if (operation === "update") await sessions.revokeAll("eve");
        const devices = [await device(), await device()];
        const thieves = await Promise.all(devices.map(({ client }) => client.clone()));
        const pauses = devices.map(() => store.pauseNext(operation));
        const logouts = devices.map(({ client }) => ask(client, "/logout"));
        for (const { reached } of pauses) await reached;
        for (const { resume } of pauses) resume();
        await Promise.all(logouts);
        for (const thief of thieves) expect(await ask(thief, "/")).toEqual({});
      });
    }

    it("SEC-22 are seen at once where they were made, also by a request that read in between", async () => {
      const { store, sessions, device } = setUp({ revocationDelay: 60 });
      const { client, id } = await device();
      const pause = store.pauseNext("create");
      const revocation = sessions.revoke(id ?? "");
      await pause.reached;
      expect(await ask(client, "/")).toMatchObject({ subject: "eve" });
      pause.resume();
      await revocation;
      expect(await ask(client, "/")).toEqual({});
    });

    it("forget the logouts whose cookies have expired", async () => {
      const { clock, sessions, device } = setUp();
      for (let month = 0; month < 3; month++) {
        const { client } = await device();
        for (let round = 0; round < 300; round++) await sessions.revoke((await device()).id ?? "");
        expect(await ask(client, "/")).toMatchObject({ subject: "eve" });
        clock.advance(24 * 3600 + 600);
      }
    });

    it("SEC-22 are not believed to be as they were by a read that a logout in this process overtook", async () => {
      const { store, device, clock } = setUp({ revocationDelay: 60 });
      const { client } = await device();
      const thief = await client.clone();
      clock.advance(60);
      // The store has answered already, and its answer is late.
      const answer = store.pauseNextAnswer();
      const reading = ask(thief, "/");
      await answer.reached;
      await ask(client, "/logout");
      answer.resume();
      await reading;
      expect(await ask(thief, "/")).toEqual({});
    });

    for (const path of ["/regenerate", "/login"]) {
      it(`SEC-05 let a session that gets new ids by ${path} live, however often`, async () => {
        const { device, clock } = setUp();
        const { client } = await device();
        for (let round = 0; round < 520; round++) {
          clock.advance(60);
          await ask(client, path);
          if (round >= 495) expect(await ask(client, "/")).toMatchObject({ subject: "eve" });
        }
        // Nor does what was counted so far end anything by the next logouts.
        const other = await device();
        await ask(client, "/logout");
        expect(await ask(other.client, "/")).toMatchObject({ subject: "eve" });
      });
    }

    it("end all sessions of a subject that logs out hundreds of times, rather than grow without bound", async () => {
      const { sessions, device, store } = setUp();
      const { client } = await device();
      for (let round = 0; round <= 500; round++) {
        const { id } = await device();
        await sessions.revoke(id ?? "");
      }
      expect(await ask(client, "/")).toEqual({});
      expect(await ask((await device()).client, "/")).toMatchObject({ subject: "eve" });
      store.resetCalls();
      const next = await device();
      await ask(next.client, "/logout");
      expect(store.calls.update).toBe(1);
    });

    it("cost one read of the store for a request, and none for one without a cookie", async () => {
      const { store, device, fetch } = setUp();
      const { client } = await device();
      store.resetCalls();
      await ask(client, "/");
      expect(store.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
      await ask(browser({ fetch }), "/");
      expect(store.calls.load).toBe(1);
    });

    it("write nothing for a visitor who only reads and writes", async () => {
      const { store, fetch } = setUp();
      const client = browser({ fetch });
      for (let round = 0; round < 3; round++) await ask(client, "/visit");
      expect(store.calls).toMatchObject({ create: 0, update: 0, touch: 0, delete: 0 });
    });

    it("SEC-22 are believed for revocationDelay seconds, and seen at once where they were made", async () => {
      const { clock, store, newServer, device, sessions } = setUp({ revocationDelay: 5 });
      const { client, id } = await device();
      const other = newServer();
      const elsewhere = async () => {
        const headers = { Cookie: await client.cookieHeader() };
        return (await other.fetch(new Request("https://localhost/", { headers }))).json();
      };
      expect(await elsewhere()).toMatchObject({ subject: "eve" });
      store.resetCalls();
      expect(await elsewhere()).toMatchObject({ subject: "eve" });
      expect(store.calls.load).toBe(0);
      const thief = await client.clone();
      await sessions.revoke(id ?? "");
      expect(await ask(thief, "/")).toEqual({});
      clock.advance(4.999);
      expect(await elsewhere()).toMatchObject({ subject: "eve" });
      clock.advance(0.001);
      expect(await elsewhere()).toEqual({});
    });

    it("SEC-23 are asked anew before a cookie is written, whatever revocationDelay says", async () => {
      const { newServer, device, sessions } = setUp({ revocationDelay: 60 });
      const { client, id } = await device();
      const other = newServer();
      const visit = async () => {
        const headers = { Cookie: await client.cookieHeader() };
        return other.fetch(new Request("https://localhost/visit", { headers }));
      };
      expect((await visit()).headers.getSetCookie()).toHaveLength(1);
      await sessions.revoke(id ?? "");
      expect((await visit()).headers.getSetCookie()).toEqual([]);
    });

    it("are gone from the store some minutes after the last cookie that they end, and not before", async () => {
      const clock = fakeClock();
      const store = memoryStore({ now: clock.now });
      const lifetime = { idle: 1000, absolute: 30_000 };
      const sealed = { secrets: secret(), revocations: store };
      const { fetch, sessions } = serverOf(makeMode, sealed, { now: clock.now, lifetime });
      const client = browser({ fetch });
      await ask(client, "/login");
      const thief = await client.clone();
      await ask(client, "/logout");
      await sessions.revokeAll("eve");
      clock.advance(999.999);
      await store.sweep(clock.now());
      expect(await ask(thief, "/")).toEqual({});
      clock.advance(600);
      expect(await store.sweep(clock.now())).toBe(0);
      clock.advance(0.001);
      expect(await store.sweep(clock.now())).toBe(1);
      expect(await ask(thief, "/")).toEqual({});
    });

    it("SEC-24 end all sessions of a subject also when nothing is left of the time before", async () => {
      const clock = fakeClock();
      const store = memoryStore({ now: clock.now });
      const lifetime = { idle: 1000, absolute: 30_000 };
      const sealed = { secrets: secret(), revocations: store };
      const { fetch, sessions } = serverOf(makeMode, sealed, { now: clock.now, lifetime });
      const client = browser({ fetch });
      await sessions.revokeAll("eve");
      await ask(client, "/login");
      // In use for longer than it is kept what came before.
      for (let times = 0; times < 4; times++) {
        clock.advance(500);
        expect(await ask(client, "/visit")).toMatchObject({ subject: "eve" });
      }
      expect(await store.sweep(clock.now())).toBe(1);
      await sessions.revokeAll("eve");
      expect(await ask(client, "/")).toEqual({});
    });

    it("SEC-42 fail a logout with SESSION_CONFLICT when the store never lets it through", async () => {
      // No back-off: the attempts are counted, not the seconds between them.
      vi.spyOn(Math, "random").mockReturnValue(0);
      let attempts = 0;
      const create = async () => {
        attempts += 1;
        return false;
      };
      const { fetch } = serverOf(makeMode, { secrets: secret(), revocations: { ...memoryStore(), create } });
      const client = browser({ fetch });
      await ask(client, "/login");
      await expect(client.fetch("/logout")).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
      expect(attempts).toBe(40);
      vi.restoreAllMocks();
    });

    it("SEC-42 fail the request with STORE_FAILED while the store is down, and honour no cookie unchecked", async () => {
      const { store, device } = setUp();
      const { client } = await device();
      store.failNext("load", "throw-before");
      await expect(client.fetch("/")).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await ask(client, "/")).toMatchObject({ subject: "eve" });
    });

    it("SEC-02 keep neither a cookie nor a subject in the store", async () => {
      const kept: string[] = [];
      const memory = memoryStore();
      const store: SessionStore = {
        ...memory,
        create: (key, session) => {
          kept.push(key, JSON.stringify(session));
          return memory.create(key, session);
        },
      };
      const { fetch } = serverOf(makeMode, { secrets: secret(), revocations: store });
      const client = browser({ fetch });
      await ask(client, "/login?as=eve-the-subject");
      const ticket = (await client.cookieHeader()).split("=")[1] ?? "";
      await ask(client, "/logout");
      expect(kept).toHaveLength(2);
      for (const text of kept) {
        expect(text.includes("eve-the-subject")).toBe(false);
        expect(text.includes(ticket)).toBe(false);
      }
    });

    it("concern the sessions of one cookie name only", async () => {
      const revocations = memoryStore();
      const secrets = secret();
      const shop = serverOf(makeMode, { secrets, revocations });
      const admin = serverOf(makeMode, { secrets, revocations }, { cookie: { name: "__Host-admin" } });
      const clerk = browser({ fetch: admin.fetch });
      await ask(clerk, "/login");
      await shop.sessions.revokeAll("eve");
      expect(await ask(clerk, "/")).toMatchObject({ subject: "eve" });
    });

    it("cannot list: that stays UNSUPPORTED", async () => {
      await expect(setUp().sessions.list("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    });

    it("are refused at construction when they are no store, or the delay is no duration", () => {
      for (const wrong of [
        { revocations: undefined as never },
        { revocations: {} as never },
        { revocationDelay: -1 },
        { revocationDelay: Number.NaN },
      ]) {
        expect(() => makeMode({ secrets: secret(), ...wrong })).toThrow(
          expect.objectContaining({ code: "INVALID_OPTION" }),
        );
      }
    });
  });
}
