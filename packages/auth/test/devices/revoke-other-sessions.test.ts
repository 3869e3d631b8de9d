import { type AccountExtension, AccountManager, login, type Revocation, revokeOtherSessions } from "@coatcheck/auth";
import { memoryStore, type SessionMode, type SessionStore, serverSide } from "@coatcheck/core";
import { cookieModes, modes, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { loginModes } from "../support/login-modes.ts";

interface Data {
  cart: string[];
}

function setUp(mode: SessionMode, extensions: readonly AccountExtension[] = []) {
  const clock = fakeClock();
  const sessions = new AccountManager<Data>({ mode, extensions, now: clock.now });
  const device = async (subject: string) => {
    const { client, visit } = visitor(sessions);
    await visit((session) => login(session, subject));
    const who = async () => (await visit((session) => session.subject)).result;
    return { client, visit, who, changePassword: () => visit((session) => revokeOtherSessions(sessions, session)) };
  };
  return { clock, sessions, device };
}

for (const { name, mode } of loginModes().filter(({ canEnd }) => canEnd)) {
  describe(`revokeOtherSessions, ${name}`, () => {
    it("SEC-24 ends the other sessions of the subject, and those of no other subject", async () => {
      const { device } = setUp(mode());
      const [mine, lost, stolen, other] = [await device("a"), await device("a"), await device("a"), await device("b")];
      await mine.visit((session) => session.set("cart", ["book"]));
      await mine.changePassword();
      expect(await mine.who()).toBe("a");
      expect((await mine.visit((session) => session.get("cart"))).result).toEqual(["book"]);
      expect(await lost.who()).toBeUndefined();
      expect(await stolen.who()).toBeUndefined();
      expect(await other.who()).toBe("b");
    });

    it("SEC-24 gives the current session a new id, so that a copy of its cookie is rejected", async () => {
      const { sessions, device } = setUp(mode());
      const mine = await device("c");
      const cookie = await mine.client.cookieHeader();
      await mine.changePassword();
      expect(await mine.client.cookieHeader()).not.toBe(cookie);
      const thief = await sessions.open(new Request("https://localhost/", { headers: { Cookie: cookie } }));
      expect(thief.subject).toBeUndefined();
      expect(await mine.who()).toBe("c");
    });

    it("SEC-21 SEC-26 does not count as a login: authenticatedAt stays the same", async () => {
      const { clock, device } = setUp(mode());
      const mine = await device("d");
      const authenticatedAt = clock.now();
      clock.advance(3600);
      await mine.changePassword();
      expect((await mine.visit((session) => session.authenticatedAt)).result).toBe(authenticatedAt);
    });

    it("can follow a login in the same request, as after a reset by e-mail", async () => {
      const { sessions, device } = setUp(mode());
      const lost = await device("e");
      const { visit } = visitor(sessions);
      await visit(async (session) => {
        await login(session, "e");
        await revokeOtherSessions(sessions, session);
      });
      expect(await lost.who()).toBeUndefined();
      expect((await visit((session) => session.subject)).result).toBe("e");
    });
  });
}

describe("revokeOtherSessions", () => {
  const bare = (): SessionStore => {
    const { traits, load, create, update, touch, delete: remove } = memoryStore();
    return { traits, load, create, update, touch, delete: remove };
  };

  it("throws UNSUPPORTED in cookie modes without revocations and for stores without a subject index", async () => {
    for (const mode of [...cookieModes().map((each) => each.mode()), serverSide(bare())]) {
      const { device } = setUp(mode);
      const mine = await device("eve");
      await expect(mine.changePassword()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });

  it("rejects an anonymous session", async () => {
    for (const { mode } of modes()) {
      const sessions = new AccountManager({ mode: mode() });
      const { visit } = visitor(sessions);
      await expect(visit((session) => revokeOtherSessions(sessions, session))).rejects.toMatchObject({
        code: "INVALID_OPTION",
      });
    }
  });

  it("fails before it ends anything when it is called after the commit", async () => {
    const { sessions, device } = setUp(serverSide(memoryStore()));
    const [mine, lost] = [await device("eve"), await device("eve")];
    const headers = { Cookie: await mine.client.cookieHeader() };
    const session = await sessions.open(new Request("https://localhost/", { headers }));
    await sessions.commit(session, new Response());
    await expect(revokeOtherSessions(sessions, session)).rejects.toMatchObject({ code: "SESSION_COMMITTED" });
    expect(await lost.who()).toBe("eve");
    expect(await mine.who()).toBe("eve");
  });

  it("calls onRevoke of the extensions", async () => {
    const revoked: Revocation[] = [];
    const { device } = setUp(serverSide(memoryStore()), [
      {
        onRevoke: async (revocation) => {
          revoked.push(revocation);
        },
      },
    ]);
    const mine = await device("eve");
    const { result: id } = await mine.visit((session) => session.id);
    await mine.changePassword();
    expect(revoked).toEqual([{ subject: "eve", except: id }]);
  });
});
