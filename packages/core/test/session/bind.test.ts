import { memoryStore, type Session, SessionManager, serverSide } from "@coatcheck/core";
import { modes, visitor } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";

const keysOf = (session: Session) => [...session.entries()].map(([key]) => key);

for (const { name, mode } of modes()) {
  describe(`session.bind, ${name}`, () => {
    it("SEC-24 rejects subjects that some engines read as another subject", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      await visit((session) => {
        for (const subject of ["", "eve\0", "\ud83e", "eve\udde5", 7, null, undefined]) {
          expect(() => session.bind(subject as string)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
        }
        expect(session.subject).toBeUndefined();
        session.bind("\ud83e\udde5 '; --");
      });
    });

    it("drops session.persistent when another subject logs in", async () => {
      const { visit } = visitor(new SessionManager({ mode: mode() }));
      const { cookies } = await visit((session) => {
        session.bind("eve");
        session.persistent = true;
      });
      expect(cookies[0]).toContain("Max-Age");
      const { cookies: ofGrace } = await visit((session) => session.bind("grace"));
      expect(ofGrace[0]).toContain("__Host-session=");
      expect(ofGrace[0]).not.toContain("Max-Age");
    });
  });
}

describe("session.bind, in a store", () => {
  it("SEC-05 changes the id and ends the old one with each login, also for the same subject", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const { client, visit } = visitor(sessions);
    await visit((session) => session.bind("eve"));
    for (let login = 0; login < 2; login++) {
      const cookie = await client.cookieHeader();
      await visit((session) => session.bind("eve"));
      expect(await client.cookieHeader()).not.toBe(cookie);
      const thief = visitor(sessions);
      await thief.client.setCookie(`${cookie}; Path=/; Secure`);
      expect((await thief.visit((session) => session.subject)).result).toBeUndefined();
      expect((await visit((session) => session.subject)).result).toBe("eve");
    }
    expect(await sessions.list("eve")).toHaveLength(1);
  });

  it("keeps the data of an anonymous session, and drops the data of another subject", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const { client, visit } = visitor(sessions);
    const logIn = (subject: string) =>
      visit((session) => {
        session.set("language", "en");
        session.bind(subject);
        return [...keysOf(session), session.subject];
      });
    await visit((session) => session.set("cart", 1));
    expect((await logIn("eve")).result).toEqual(["cart", "language", "eve"]);
    await visit((session) => session.set("diary", 1));
    const cookie = await client.cookieHeader();
    expect((await logIn("grace")).result).toEqual(["language", "grace"]);
    expect((await visit((session) => [...keysOf(session), session.subject])).result).toEqual(["language", "grace"]);
    const thief = visitor(sessions);
    await thief.client.setCookie(`${cookie}; Path=/; Secure`);
    expect((await thief.visit((session) => [...keysOf(session), session.subject])).result).toEqual([undefined]);
  });
});
