import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type SessionEvent,
  SessionManager,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { cookieValueOf, modesWithSecrets, requestWith, secret, visitor } from "@coatcheck/test-support";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

for (const { name, site } of modesWithSecrets()) {
  describe(`key rotation, ${name}`, () => {
    /** A visitor with a session, in an application that can be redeployed with other secrets. */
    async function setUp(first: Secrets) {
      const events: SessionEvent[] = [];
      const mode = site();
      const deployment = (secrets: Secrets) =>
        new SessionManager({ mode: mode(secrets), onEvent: (event) => events.push(event) });
      let sessions = deployment(first);
      const { client, visit } = visitor({
        handle: (request, handler) => sessions.handle(request, handler),
      });
      const { result: session } = await visit((session) => {
        session.set("cart", ["book"]);
        session.bind("eve");
        return session;
      });
      events.length = 0;
      return {
        client,
        visit,
        events,
        /** The first `session.id`. */
        id: session.id,
        deploy: (secrets: Secrets) => {
          sessions = deployment(secrets);
        },
      };
    }

    it("SEC-14 verifies with an older secret and re-issues the cookie with the first one", async () => {
      const [older, newer] = [secret(), secret()];
      const { visit, deploy, events, id } = await setUp(older);

      deploy([newer, older]);
      const { cookies, result } = await visit((session) => [session.get("cart"), session.subject, session.id === id]);
      expect(result).toEqual([["book"], "eve", true]);
      expect(cookies).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["reissued"]);

      const again = await visit((session) => session.get("cart"));
      expect(again.result).toEqual(["book"]);
      expect(again.cookies).toEqual([]);
    });

    it("SEC-14 re-issues a cookie that the first secret alone verifies", async () => {
      const [older, newer] = [secret(), secret()];
      const { visit, deploy, id } = await setUp(older);
      deploy([newer, older]);
      await visit(() => undefined);

      deploy(newer);
      const { result } = await visit((session) => [session.get("cart"), session.subject, session.id === id]);
      expect(result).toEqual([["book"], "eve", true]);
    });

    it("SEC-14 sets one cookie when the session is changed and re-issued", async () => {
      const [older, newer] = [secret(), secret()];
      const { visit, deploy, events } = await setUp([older]);
      deploy([newer, older]);
      const { cookies } = await visit((session) => session.set("theme", "dark"));
      expect(cookies).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["reissued"]);
      deploy(newer);
      expect((await visit((session) => Object.fromEntries(session.entries()))).result).toEqual({
        cart: ["book"],
        theme: "dark",
      });
    });

    it("SEC-14 verifies with every secret of the list, in any order", async () => {
      const [oldest, older, newer] = [secret(), secret(), secret()];
      const { visit, deploy } = await setUp(oldest);
      for (const secrets of [
        [newer, older, oldest],
        [oldest, newer],
        [older, oldest],
        [newer, older],
      ]) {
        deploy(secrets);
        expect((await visit((session) => session.get("cart"))).result).toEqual(["book"]);
      }
    });

    it("SEC-14 rejects a cookie of a removed secret and does not clear it", async () => {
      const [older, newer] = [secret(), secret()];
      const { client, visit, deploy, events } = await setUp(older);
      const before = await client.cookieHeader();

      deploy(newer);
      const { cookies, result } = await visit((session) => [session.isNew, session.size, session.subject]);
      expect(result).toEqual([true, 0, undefined]);
      expect(cookies).toEqual([]);
      expect(events).toEqual([{ type: "rejected", reason: "unknown-key" }]);
      expect((await client.cookieHeader()) === before).toBe(true);

      // A deployment with a wrong secret has logged no user out.
      deploy(older);
      expect((await visit((session) => session.get("cart"))).result).toEqual(["book"]);
    });

    it("SEC-14 stores another session when a cookie of a removed secret is replaced", async () => {
      const { visit, deploy, id } = await setUp(secret());
      deploy(secret());
      const { cookies } = await visit((session) => session.set("theme", "dark"));
      expect(cookies).toHaveLength(1);
      const { result } = await visit((session) => [Object.fromEntries(session.entries()), session.id === id]);
      expect(result).toEqual([{ theme: "dark" }, false]);
    });
  });
}

describe("key rotation, in a store", () => {
  it("SEC-14 changes the cookie and writes nothing to the store", async () => {
    const store = faultyStore(memoryStore());
    const [older, newer] = [secret(), secret()];
    const before = visitor(new SessionManager({ mode: serverSide(store, { secrets: older }) }));
    await before.visit((session) => session.set("cart", ["book"]));
    const after = visitor(new SessionManager({ mode: serverSide(store, { secrets: [newer, older] }) }));
    await after.client.setCookie(`${await before.client.cookieHeader()}; Path=/; Secure`);
    store.resetCalls();
    const { cookies } = await after.visit((session) => session.get("cart"));
    expect(cookies).toHaveLength(1);
    expect(store.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
  });
});

describe("keys", () => {
  for (const [name, cookieMode] of [
    ["signed cookie", signedCookie],
    ["encrypted cookie", encryptedCookie],
  ] as const) {
    it(`are derived once per manager and secret, however many requests arrive at the same time, ${name}`, async () => {
      const sessions = new SessionManager({ mode: cookieMode({ secrets: [secret(), secret()] }) });
      const derive = vi.spyOn(crypto.subtle, "deriveKey");
      await Promise.all(
        Array.from({ length: 10 }, () => sessionTransaction(sessions, (session) => session.set("a", 1))),
      );
      expect(derive).toHaveBeenCalledTimes(2);
    });
  }
});

describe("a cookie value", () => {
  it("SEC-13 is not accepted in another mode, under another cookie name or with another secret", async () => {
    const names = ["__Host-session", "__Host-other", "__Secure-session", "session"];
    const shared = secret();
    const applications = modesWithSecrets().flatMap(({ name, site }) => {
      const mode = site();
      return [shared, secret()].flatMap((secrets, index) =>
        names.map((cookieName) => ({
          title: `${name}, secret ${index}, ${cookieName}`,
          cookieName,
          sessions: new SessionManager({ mode: mode(secrets), cookie: { name: cookieName } }),
        })),
      );
    });
    const issued: { readonly title: string; readonly value: string }[] = [];
    for (const { title, sessions } of applications) {
      const { visit } = visitor(sessions);
      const { cookies } = await visit((session) => session.set("a", 1));
      issued.push({ title, value: cookieValueOf(cookies[0]) });
    }

    const accepted: string[] = [];
    for (const { title, cookieName, sessions } of applications) {
      for (const other of issued) {
        const session = await sessions.open(requestWith(`${cookieName}=${other.value}`));
        if (!session.isNew) accepted.push(`${other.title} as ${title}`);
      }
    }
    expect(accepted).toEqual(applications.map(({ title }) => `${title} as ${title}`));
  });

  it("SEC-13 is not accepted under a cookie name that resembles another name with its purpose", async () => {
    const secrets = secret();
    const names = ["session", "session-signed", "7session", "session-", "-session", "session-signed-7-session"];
    for (const { site } of modesWithSecrets()) {
      const mode = site();
      const managers = names.map((name) => new SessionManager({ mode: mode(secrets), cookie: { name } }));
      for (const [index, name] of names.entries()) {
        const { visit } = visitor(managers[index] as SessionManager);
        const { cookies } = await visit((session) => session.set("a", 1));
        const value = cookieValueOf(cookies[0]);
        const accepting = [];
        for (const [at, manager] of managers.entries()) {
          if (!(await manager.open(requestWith(`${names[at]}=${value}`))).isNew) accepting.push(names[at]);
        }
        expect(accepting).toEqual([name]);
      }
    }
  });
});
