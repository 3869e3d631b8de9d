import { memoryStore, type SessionStore, signedCookie } from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { browser, fakeClock } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { COOKIE_MODES, read, sendQuickly, serverOf, siteOf } from "./revocation-site.ts";

/** A record lists this many ended sessions. One more ends all sessions of the subject. */
const MAX_IDS = 500;

afterEach(() => {
  vi.restoreAllMocks();
});

for (const { name, cookieMode } of COOKIE_MODES) {
  describe(`the record of revocations, ${name}`, () => {
    it("is loaded once for a request, and not for one without a cookie", async () => {
      const { store, logIn, fetch } = siteOf(cookieMode);
      const { client } = await logIn();
      store.resetCalls();
      await read(client);
      expect(store.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
      await read(browser({ fetch }));
      expect(store.calls.load).toBe(1);
    });

    it("is not written for reads and writes of a session", async () => {
      const { store, fetch } = siteOf(cookieMode);
      const client = browser({ fetch });
      for (let round = 0; round < 3; round++) await read(client, "/visit");
      expect(store.calls).toMatchObject({ create: 0, update: 0, touch: 0, delete: 0 });
    });

    it("SEC-02 holds neither a cookie nor a subject", async () => {
      const records: string[] = [];
      const memory = memoryStore();
      const store: SessionStore = {
        ...memory,
        create: (key, session) => {
          records.push(key, JSON.stringify(session));
          return memory.create(key, session);
        },
      };
      const { fetch } = serverOf(cookieMode, { secrets: secret(), revocations: store });
      const client = browser({ fetch });
      await read(client, "/login?as=eve-the-subject");
      const cookieValue = (await client.cookieHeader()).split("=")[1] ?? "";
      await read(client, "/logout");
      expect(records).toHaveLength(2);
      for (const text of records) {
        expect(text.includes("eve-the-subject")).toBe(false);
        expect(text.includes(cookieValue)).toBe(false);
      }
    });

    it("expires some minutes after the last cookie that it ends, and not earlier", async () => {
      const clock = fakeClock();
      const store = memoryStore({ now: clock.now });
      const lifetime = { idle: 1000, absolute: 30_000 };
      const sealed = { secrets: secret(), revocations: store };
      const { fetch, sessions } = serverOf(cookieMode, sealed, { now: clock.now, lifetime });
      const client = browser({ fetch });
      await read(client, "/login");
      const thief = await client.clone();
      await read(client, "/logout");
      await sessions.revokeAll("eve");
      clock.advance(999.999);
      await store.sweep(clock.now());
      expect(await read(thief)).toEqual({});
      clock.advance(600);
      expect(await store.sweep(clock.now())).toBe(0);
      clock.advance(0.001);
      expect(await store.sweep(clock.now())).toBe(1);
      expect(await read(thief)).toEqual({});
    });

    it("SEC-24 ends sessions that are older than itself, also after an earlier record has expired", async () => {
      const clock = fakeClock();
      const store = memoryStore({ now: clock.now });
      const lifetime = { idle: 1000, absolute: 30_000 };
      const sealed = { secrets: secret(), revocations: store };
      const { fetch, sessions } = serverOf(cookieMode, sealed, { now: clock.now, lifetime });
      const client = browser({ fetch });
      await sessions.revokeAll("eve");
      await read(client, "/login");
      // The session is in use for longer than the store keeps the first record.
      for (let times = 0; times < 4; times++) {
        clock.advance(500);
        expect(await read(client, "/visit")).toMatchObject({ subject: "eve" });
      }
      expect(await store.sweep(clock.now())).toBe(1);
      await sessions.revokeAll("eve");
      expect(await read(client)).toEqual({});
    });
  });

  describe(`revocationDelay, ${name}`, () => {
    it("SEC-22 is how long another server may accept a revoked session, which the revoking server rejects at once", async () => {
      const { clock, store, newServer, logIn, sessions } = siteOf(cookieMode, { revocationDelay: 5 });
      const { client, id } = await logIn();
      const other = newServer();
      const headers = { Cookie: await client.cookieHeader() };
      const readElsewhere = async () => (await other.fetch(new Request("https://localhost/", { headers }))).json();
      expect(await readElsewhere()).toMatchObject({ subject: "eve" });
      store.resetCalls();
      expect(await readElsewhere()).toMatchObject({ subject: "eve" });
      expect(store.calls.load).toBe(0);
      const thief = await client.clone();
      await sessions.revoke(id);
      expect(await read(thief)).toEqual({});
      clock.advance(4.999);
      expect(await readElsewhere()).toMatchObject({ subject: "eve" });
      clock.advance(0.001);
      expect(await readElsewhere()).toEqual({});
    });

    it("SEC-23 does not apply before a cookie is set", async () => {
      const { newServer, logIn, sessions } = siteOf(cookieMode, { revocationDelay: 60 });
      const { client, id } = await logIn();
      const other = newServer();
      const headers = { Cookie: await client.cookieHeader() };
      const write = async () => other.fetch(new Request("https://localhost/visit", { headers }));
      expect((await write()).headers.getSetCookie()).toHaveLength(1);
      await sessions.revoke(id);
      expect((await write()).headers.getSetCookie()).toEqual([]);
    });

    it("SEC-22 does not apply to a revocation of the same server when another request reads during it", async () => {
      const { store, sessions, logIn } = siteOf(cookieMode, { revocationDelay: 60 });
      const { client, id } = await logIn();
      const pause = store.pauseNext("create");
      const revocation = sessions.revoke(id);
      await pause.reached;
      expect(await read(client)).toMatchObject({ subject: "eve" });
      pause.resume();
      await revocation;
      expect(await read(client)).toEqual({});
    });

    it("SEC-22 does not apply to a record that was loaded before a logout of the same server and arrives later", async () => {
      const { store, logIn, clock } = siteOf(cookieMode, { revocationDelay: 60 });
      const { client } = await logIn();
      const thief = await client.clone();
      clock.advance(60);
      const answer = store.pauseNextAnswer();
      const reading = read(thief);
      await answer.reached;
      await read(client, "/logout");
      answer.resume();
      await reading;
      expect(await read(thief)).toEqual({});
    });
  });

  describe(`a failing store of revocations, ${name}`, () => {
    it("SEC-42 fails a logout with SESSION_CONFLICT when the store reports a conflict every time", async () => {
      // Skips the delays of the back-off.
      vi.spyOn(Math, "random").mockReturnValue(0);
      let attempts = 0;
      const create = async () => {
        attempts += 1;
        return false;
      };
      const { fetch } = serverOf(cookieMode, { secrets: secret(), revocations: { ...memoryStore(), create } });
      const client = browser({ fetch });
      await read(client, "/login");
      await expect(client.fetch("/logout")).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
      expect(attempts).toBe(40);
    });

    it("SEC-42 fails the request with STORE_FAILED while load fails", async () => {
      const { store, logIn } = siteOf(cookieMode);
      const { client } = await logIn();
      store.failNext("load", "throw-before");
      await expect(client.fetch("/")).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await read(client)).toMatchObject({ subject: "eve" });
    });
  });

  describe(`revocations option, ${name}`, () => {
    it("rejects an invalid store and an invalid revocationDelay", () => {
      for (const wrong of [
        { revocations: undefined as never },
        { revocations: {} as never },
        { revocationDelay: -1 },
        { revocationDelay: Number.NaN },
      ]) {
        expect(() => cookieMode({ secrets: secret(), ...wrong })).toThrow(
          expect.objectContaining({ code: "INVALID_OPTION" }),
        );
      }
    });
  });
}

// The record does not depend on the cookie mode, and these tests send hundreds of requests.
describe("the record of revocations, with hundreds of ended sessions", () => {
  it("drops logouts whose cookies have expired", async () => {
    const { clock, sessions, logIn } = siteOf(signedCookie);
    const logoutsPerDay = MAX_IDS / 2 + 1;
    for (let day = 0; day < 2; day++) {
      const { client } = await logIn();
      for (let round = 0; round < logoutsPerDay; round++) {
        const { id } = await sendQuickly(sessions, (session) => session.bind("eve"));
        await sessions.revoke(id);
      }
      expect(await read(client)).toMatchObject({ subject: "eve" });
      clock.advance(24 * 3600 + 600);
    }
  });

  it("ends all sessions of a subject after hundreds of logouts, and so remains small", async () => {
    const { sessions, logIn, store } = siteOf(signedCookie);
    const { client } = await logIn();
    for (let round = 0; round <= MAX_IDS; round++) {
      const { id } = await sendQuickly(sessions, (session) => session.bind("eve"));
      await sessions.revoke(id);
    }
    expect(await read(client)).toEqual({});
    expect(await read((await logIn()).client)).toMatchObject({ subject: "eve" });
    store.resetCalls();
    const next = await logIn();
    await read(next.client, "/logout");
    expect(store.calls.update).toBe(1);
  });

  for (const act of ["regenerate", "bind"] as const) {
    it(`SEC-05 never ends a session that changes its id hundreds of times by ${act}`, async () => {
      const { sessions, logIn, clock } = siteOf(signedCookie);
      let { cookie } = await sendQuickly(sessions, (session) => session.bind("eve"));
      for (let round = 0; round < MAX_IDS + 20; round++) {
        clock.advance(60);
        ({ cookie } = await sendQuickly(sessions, (session) => session[act]("eve"), cookie));
        if (round < MAX_IDS - 5) continue;
        const { id } = await sendQuickly(sessions, (session) => expect(session.subject).toBe("eve"), cookie);
        expect(id).not.toBe("");
      }
      // The ids that have ended so far do not end other sessions with the next logout.
      const other = await logIn();
      await sendQuickly(sessions, (session) => session.destroy(), cookie);
      expect(await read(other.client)).toMatchObject({ subject: "eve" });
    });
  }
});
