import { memoryStore, type SessionEvent, serverSide, signedCookie } from "@coatcheck/core";
import { sessionInspector } from "@coatcheck/inspector";
import { cookieValueOf, modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { setUp } from "./support/app-with-inspector.ts";
import { textOf, verdictIn } from "./support/page-text.ts";

for (const { name, mode } of modes()) {
  describe(`sessionInspector with ${name}`, () => {
    it("says that there is no cookie, and sets none", async () => {
      const { visitor } = setUp({ mode: mode() });
      const response = await visitor().look();
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(verdictIn(await response.text())).toBe("no cookie");
    });

    it("shows the session that handlers get", async () => {
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
      expect(verdictIn(page)).toBe("accepted");
      const text = textOf(page);
      expect(text).toContain(`${id} session.id`);
      expect(text).toContain("Subject eve");
      expect(text).toContain('Data { "cart": [ "book" ] }');
      expect(text).toContain('Unread flash messages { "notice": "Welcome back" }');
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
      expect(verdictIn(page)).toBe("accepted");
      const header = await eve.client.cookieHeader();
      expect(header).not.toBe("");
      for (const value of [
        header.slice(header.indexOf("=") + 1),
        ...responses.map((each) => cookieValueOf(each.headers.getSetCookie()[0])),
      ]) {
        expect(page.includes(value)).toBe(false);
        // The first two parts of a signed cookie are JSON in base64url, and may be shown. No other part may.
        const parts = value.split(".").filter((part) => part.length > 10 && !part.startsWith("eyJ"));
        expect(parts.length).toBeGreaterThan(0);
        for (const part of parts) expect(page.includes(part.slice(0, 8))).toBe(false);
      }
      expect(page.includes(first)).toBe(false);
    });

    it("shows nothing about the session of another browser", async () => {
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

    it("changes nothing however often the page is loaded, even when a touch is due", async () => {
      const { visitor, clock, events } = setUp({ mode: mode(), lifetime: { idle: 100, touchInterval: 10 } });
      const eve = visitor();
      await eve.visit((session) => {
        session.set("cart", ["book"]);
        session.flash("notice", "Welcome back");
      });
      const eventCount = events.length;
      const cookie = await eve.client.cookieHeader();
      clock.advance(60);
      for (let loads = 0; loads < 3; loads++) expect((await eve.look()).headers.getSetCookie()).toEqual([]);
      expect(events.length).toBe(eventCount);
      expect((await eve.client.cookieHeader()) === cookie).toBe(true);
      clock.advance(41);
      expect(verdictIn(await eve.page())).toBe("rejected: expired");
    });
  });
}

for (const { name, site } of modesWithSecrets()) {
  it(`sessionInspector says whether a cookie was made with the first or an older secret: ${name}`, async () => {
    const [older, newer] = [secret(), secret()];
    const mode = site();
    const { visitor, redeploy } = setUp({ mode: mode(older) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", ["book"]));
    expect(textOf(await eve.page())).toContain(", from the first secret");
    redeploy({ mode: mode([newer, older]) });
    const page = await eve.page();
    expect(verdictIn(page)).toBe("accepted");
    expect(textOf(page)).toContain(", from an older secret");
    await eve.visit(() => undefined);
    expect(textOf(await eve.page())).toContain(", from the first secret");
  });
}

describe("a load of the page", () => {
  it("reads the session from the store once, and writes nothing", async () => {
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

  it("reads the revocations once, and writes nothing", async () => {
    const revocations = faultyStore(memoryStore());
    const { visitor } = setUp({ mode: signedCookie({ secrets: secret(), revocations }) });
    const eve = visitor();
    await eve.visit((session) => session.bind("eve"));
    revocations.resetCalls();
    expect(textOf(await eve.page())).toContain("Revocations checked at every read");
    expect(revocations.calls).toEqual({ load: 1, create: 0, update: 0, touch: 0, delete: 0 });
  });
});

describe("the options of sessionInspector", () => {
  it("are rejected if the manager rejects them", () => {
    expect(() => sessionInspector({ mode: serverSide(memoryStore()), cookie: { name: "a b" } })).toThrow("cookie.name");
    const guard = "yes" as unknown as () => boolean;
    expect(() => sessionInspector({ mode: serverSide(memoryStore()) }, { guard })).toThrow("guard");
  });

  it("may have their own onEvent, which is called as well", async () => {
    const types: SessionEvent["type"][] = [];
    const mode = serverSide(memoryStore());
    const { visitor } = setUp({ mode, onEvent: ({ type }) => types.push(type) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    expect(types).toEqual(["created"]);
    expect(textOf(await eve.page())).toContain("The session was stored for the first time.");
  });

  it("decide the name and the attributes of the cookie on the page", async () => {
    const cookie = { name: "shop", path: "/inspector", secure: true, sameSite: "strict", partitioned: true } as const;
    const { visitor } = setUp({ mode: serverSide(memoryStore()), cookie, persistent: true });
    const text = textOf(await visitor().page());
    expect(text).toContain("Cookie shop Attributes Path=/inspector HttpOnly Secure SameSite=Strict Partitioned");
    expect(text).toContain("as long as the session");
  });
});
