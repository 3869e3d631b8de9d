import { memoryStore, type Secrets, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modesWithSecrets, secret, visitor } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

for (const { name, site } of modesWithSecrets()) {
  describe(`rotation of secrets, ${name}`, () => {
    /** A visitor of an application that is deployed anew with other secrets now and then. */
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
        /** `Session.id` as it was in the beginning. */
        id: session.id,
        deploy: (secrets: Secrets) => {
          sessions = deployment(secrets);
        },
      };
    }

    it("SEC-14 reads with the old secret, and re-issues under the first one although nothing changed", async () => {
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

    it("SEC-14 re-issues a cookie that verifies with the first secret alone", async () => {
      const [older, newer] = [secret(), secret()];
      const { visit, deploy, id } = await setUp(older);
      deploy([newer, older]);
      await visit(() => undefined);

      deploy(newer);
      const { result } = await visit((session) => [session.get("cart"), session.subject, session.id === id]);
      expect(result).toEqual([["book"], "eve", true]);
    });

    it("SEC-14 re-issues once when the session was changed, too", async () => {
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

    it("SEC-14 reads with every secret of the list, and with one that comes after the first is back", async () => {
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

    it("SEC-14 reads nothing with a secret that was removed, and leaves the cookie alone", async () => {
      const [older, newer] = [secret(), secret()];
      const { client, visit, deploy, events } = await setUp(older);
      const before = await client.cookieHeader();

      deploy(newer);
      const { cookies, result } = await visit((session) => [session.isNew, session.size, session.subject]);
      expect(result).toEqual([true, 0, undefined]);
      expect(cookies).toEqual([]);
      expect(events).toEqual([{ type: "rejected", reason: "unknown-key" }]);
      expect((await client.cookieHeader()) === before).toBe(true);

      // A mis-deployed secret has logged nobody out.
      deploy(older);
      expect((await visit((session) => session.get("cart"))).result).toEqual(["book"]);
    });

    it("SEC-14 begins a session of its own over a cookie of a removed secret", async () => {
      const { visit, deploy, id } = await setUp(secret());
      deploy(secret());
      const { cookies } = await visit((session) => session.set("theme", "dark"));
      expect(cookies).toHaveLength(1);
      const { result } = await visit((session) => [Object.fromEntries(session.entries()), session.id === id]);
      expect(result).toEqual([{ theme: "dark" }, false]);
    });
  });
}

describe("rotation of secrets over a store", () => {
  it("SEC-14 writes no data: only the cookie is another one", async () => {
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
