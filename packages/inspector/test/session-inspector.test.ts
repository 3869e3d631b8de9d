import { memoryStore, type SessionEvent, serverSide, signedCookie } from "@coatcheck/core";
import { sessionInspector } from "@coatcheck/inspector";
import { cookieValueOf, modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { setUp, textOf, verdictIn } from "./support/app-with-inspector.ts";

for (const { name, mode } of modes()) {
  describe(`sessionInspector, ${name}`, () => {
    it("says that there is no cookie, and sets none", async () => {
      const { visitor } = setUp({ mode: mode() });
      const response = await visitor().look();
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(verdictIn(await response.text())).toBe("no cookie");
    });

    it("shows the session that handlers are given", async () => {
      const { visitor } = setUp({ mode: mode() });
      const eve = visitor();
      let id: string | undefined;
      await eve.visit((session) => session.set("cart", ["book"]));
      await eve.visit((session) => {
        session.bind("eve");
        session.flash("notice", "Welcome back");
      });
      const page = await eve.page();
      await eve.visit((session) => {
        id = session.id;
      });
      expect(verdictIn(page)).toBe("honoured");
      const text = textOf(page);
      expect(text).toContain(`${id} session.id`);
      expect(text).toContain("Subject eve");
      expect(text).toContain('Data { "cart": [ "book" ] }');
      expect(text).toContain('Flash messages waiting { "notice": "Welcome back" }');
    });

    it("SEC-41 shows neither the cookie, nor an id that opens the session, nor a signature, nor a secret", async () => {
      const first = secret();
      const { visitor } = setUp({ mode: mode(first) });
      const eve = visitor();
      const responses = [
        await eve.visit((session) => session.set("cart", ["book"])),
        await eve.visit((session) => session.bind("eve")),
      ];
      const page = await eve.page();
      expect(verdictIn(page)).toBe("honoured");
      const header = await eve.client.cookieHeader();
      expect(header).not.toBe("");
      for (const value of [
        header.slice(header.indexOf("=") + 1),
        ...responses.map((each) => cookieValueOf(each.headers.getSetCookie()[0])),
      ]) {
        expect(page.includes(value)).toBe(false);
        // Of three parts of a signed cookie, the first may be read, and the second as what it says. Of other ones nothing.
        const parts = value.split(".").filter((part) => part.length > 10 && !part.startsWith("eyJ"));
        expect(parts.length).toBeGreaterThan(0);
        for (const part of parts) expect(page.includes(part.slice(0, 8))).toBe(false);
      }
      expect(page.includes(first)).toBe(false);
    });

    it("shows nothing of another browser", async () => {
      const { visitor } = setUp({ mode: mode() });
      const [eve, adam] = [visitor(), visitor()];
      let adamsId: string | undefined;
      await adam.visit((session) => session.set("garden", "apple tree"));
      await adam.visit((session) => session.bind("adam"));
      await adam.visit((session) => {
        adamsId = session.id;
      });
      const before = textOf(await eve.page());
      await eve.visit((session) => session.set("cart", []));
      for (const text of [before, textOf(await eve.page())]) {
        expect(text).not.toContain("adam");
        expect(text).not.toContain("apple");
        expect(text.includes(String(adamsId))).toBe(false);
        expect(text).not.toContain("regenerated");
      }
    });

    it("leaves the session as it is, however often it is looked at, and past the next touch too", async () => {
      const { visitor, clock, events } = setUp({ mode: mode(), lifetime: { idle: 100, touchInterval: 10 } });
      const eve = visitor();
      await eve.visit((session) => {
        session.set("cart", ["book"]);
        session.flash("notice", "Welcome back");
      });
      const told = events.length;
      const cookie = await eve.client.cookieHeader();
      clock.advance(60);
      for (let looks = 0; looks < 3; looks++) expect((await eve.look()).headers.getSetCookie()).toEqual([]);
      expect(events.length).toBe(told);
      expect((await eve.client.cookieHeader()) === cookie).toBe(true);
      clock.advance(41);
      expect(verdictIn(await eve.page())).toBe("rejected: expired");
    });
  });
}

for (const { name, mode } of modesWithSecrets()) {
  it(`tells a cookie of an older secret from one of the first, ${name}`, async () => {
    const [older, newer] = [secret(), secret()];
    const { visitor, redeploy } = setUp({ mode: mode(older) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", ["book"]));
    expect(textOf(await eve.page())).toContain(", of the first secret");
    redeploy({ mode: mode([newer, older]) });
    const page = await eve.page();
    expect(verdictIn(page)).toBe("honoured");
    expect(textOf(page)).toContain(", of an older secret");
    await eve.visit(() => undefined);
    expect(textOf(await eve.page())).toContain(", of the first secret");
  });
}

describe("what the page costs", () => {
  it("is one load of the session, and no write", async () => {
    const store = faultyStore(memoryStore());
    const { visitor, clock } = setUp({ mode: serverSide(store), lifetime: { idle: 100, touchInterval: 1 } });
    const eve = visitor();
    await eve.page();
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
    await eve.visit((session) => session.set("cart", []));
    clock.advance(50);
    store.resetCalls();
    await eve.page();
    expect(store.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("is one load of the revocations, and no write", async () => {
    const revocations = faultyStore(memoryStore());
    const { visitor } = setUp({ mode: signedCookie({ secrets: secret(), revocations }) });
    const eve = visitor();
    await eve.visit((session) => session.bind("eve"));
    revocations.resetCalls();
    expect(textOf(await eve.page())).toContain("Revocations asked each time");
    expect(revocations.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
  });
});

describe("the options", () => {
  it("are refused as the manager refuses them", () => {
    expect(() => sessionInspector({ mode: serverSide(memoryStore()), cookie: { name: "a b" } })).toThrow("cookie.name");
    const guard = "yes" as unknown as () => boolean;
    expect(() => sessionInspector({ mode: serverSide(memoryStore()) }, { guard })).toThrow("guard");
  });

  it("keep their own onEvent, which is called as well", async () => {
    const heard: SessionEvent["type"][] = [];
    const mode = serverSide(memoryStore());
    const { visitor } = setUp({ mode, onEvent: ({ type }) => heard.push(type) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    expect(heard).toEqual(["created"]);
    expect(textOf(await eve.page())).toContain("The session was kept for the first time.");
  });

  it("show the name and the attributes of the cookie", async () => {
    const cookie = { name: "shop", path: "/inspector", secure: true, sameSite: "strict", partitioned: true } as const;
    const { visitor } = setUp({ mode: serverSide(memoryStore()), cookie, persistent: true });
    const text = textOf(await visitor().page());
    expect(text).toContain("Cookie shop Attributes Path=/inspector HttpOnly Secure SameSite=Strict Partitioned");
    expect(text).toContain("as long as the session");
  });
});
