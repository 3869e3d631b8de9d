import {
  encryptedCookie,
  memoryStore,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import type { Browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import {
  cookieIn,
  putCookie,
  type RememberingSite,
  rememberingSite,
  restart,
  whoIs,
} from "../support/remember-site.ts";
import { atEachCall, storeCalls } from "../support/store-calls.ts";

interface Mode {
  readonly name: string;
  readonly canList: boolean;
  readonly toMode: (store: SessionStore) => SessionMode;
}

const modes: readonly Mode[] = [
  { name: "server-side", canList: true, toMode: (store) => serverSide(store) },
  { name: "signed cookie", canList: false, toMode: (revocations) => signedCookie({ secrets: secret(), revocations }) },
  {
    name: "encrypted cookie",
    canList: false,
    toMode: (revocations) => encryptedCookie({ secrets: secret(), revocations }),
  },
];

/** Two actions that happen at once. */
interface Race {
  readonly first: () => Promise<unknown>;
  readonly second: () => Promise<unknown>;
  /** Checks the result. */
  readonly check: (pausedAt: string) => Promise<void>;
}

describe.each(modes)("rememberMe, paused at each store call ($name)", ({ canList, toMode }) => {
  /** Pauses one of the two actions at each of its store calls, while the other runs to its end. */
  async function race(prepare: (site: RememberingSite) => Promise<Race>): Promise<void> {
    for (const isSwapped of [false, true]) {
      const names = await atEachCall(async (number) => {
        const calls = storeCalls();
        const site = rememberingSite({
          mode: toMode(calls.watch("session store", memoryStore())),
          store: calls.watch("remember store", memoryStore()),
        });
        const { first, second, check } = await prepare(site);
        const [paused, other] = isSwapped ? [second, first] : [first, second];
        const { reached, resume } = calls.interfereAt(number, "pause");
        const running = paused();
        const name = await Promise.race([reached, running.then(() => undefined)]);
        if (name !== undefined) await other();
        resume();
        await running;
        if (name !== undefined) await check(name);
        return name;
      });
      expect(names.filter((name) => name.startsWith("remember store")).length).toBeGreaterThan(0);
    }
  }

  /** Expects that the browsers are logged out, and that no session is left. */
  async function expectLoggedOut(site: RememberingSite, ...clients: readonly Browser[]): Promise<void> {
    for (const client of clients) {
      const copy = await client.clone();
      await restart(copy);
      expect(await whoIs(client)).not.toHaveProperty("subject");
      expect(await whoIs(copy)).not.toHaveProperty("subject");
    }
    expect(await site.sessions.list("eve").catch(({ code }) => code)).toEqual(canList ? [] : "UNSUPPORTED");
  }

  async function twoTabs(site: RememberingSite): Promise<readonly [Browser, Browser]> {
    const client = await site.remembered();
    await restart(client);
    return [client, await client.clone()];
  }

  it("SEC-52 logs in two tabs that use one cookie at once, and gives them the same new cookie", () =>
    race(async (site) => {
      const [one, other] = await twoTabs(site);
      return {
        first: () => whoIs(one),
        second: () => whoIs(other),
        async check() {
          for (const tab of [one, other]) expect((await whoIs(tab)).subject).toBe("eve");
          expect((await cookieIn(one)) === (await cookieIn(other))).toBe(true);
          site.clock.advance(3600);
          await restart(other);
          expect((await whoIs(other)).subject).toBe("eve");
          expect(site.events.filter(({ type }) => type === "remember-theft")).toEqual([]);
        },
      };
    }));

  it("SEC-52 SEC-22 lets a logout win over a tab that is logging in by the cookie", () =>
    race(async (site) => {
      const client = await site.remembered();
      const tab = await client.clone();
      await restart(tab);
      return {
        first: () => whoIs(tab),
        second: () => client.fetch("/logout"),
        check: () => expectLoggedOut(site, tab, client),
      };
    }));

  it("SEC-52 SEC-24 lets revokeAll win over a tab that is logging in by the cookie", () =>
    race(async (site) => {
      const [one, other] = await twoTabs(site);
      return {
        first: () => whoIs(one),
        second: () => site.sessions.revokeAll("eve"),
        check: () => expectLoggedOut(site, one, other),
      };
    }));

  it("SEC-52 SEC-24 lets revoke win over a session that is getting a new id", () =>
    race(async (site) => {
      const client = await site.remembered();
      const { id = "" } = await whoIs(client);
      return {
        first: () => client.fetch("/regenerate"),
        second: () => site.sessions.revoke(id),
        check: () => expectLoggedOut(site, client),
      };
    }));

  it("SEC-52 ends a session that is being restored, or is getting a new id, when theft is detected", async () => {
    for (const path of ["/", "/regenerate"]) {
      await race(async (site) => {
        const [client, victim] = await twoTabs(site);
        await whoIs(client);
        site.clock.advance(60);
        if (path === "/") await restart(client);
        return {
          first: () => client.fetch(path),
          second: () => whoIs(victim),
          async check() {
            await expectLoggedOut(site, client, victim);
            expect(site.events.filter(({ type }) => type === "remember-theft")).toHaveLength(1);
          },
        };
      });
    }
  });

  it("SEC-52 reports a theft once when two requests detect it at once", () =>
    race(async (site) => {
      const [client, victim] = await twoTabs(site);
      await whoIs(client);
      site.clock.advance(60);
      const other = await victim.clone();
      return {
        first: () => whoIs(victim),
        second: () => whoIs(other),
        async check() {
          await expectLoggedOut(site, client, victim, other);
          expect(site.events.filter(({ type }) => type === "remember-theft")).toHaveLength(1);
        },
      };
    }));

  it.each(["/login?as=eve", "/bind?as=eve"])(
    "SEC-52 keeps a user logged in who calls %s while theft is detected, but no longer remembered",
    (path) =>
      race(async (site) => {
        const [client, victim] = await twoTabs(site);
        await whoIs(client);
        await client.fetch("/login?as=eve");
        site.clock.advance(60);
        return {
          first: () => client.fetch(path),
          second: () => whoIs(victim),
          async check(pausedAt) {
            // At other calls the result depends on which of the two comes first.
            if (pausedAt === "remember store: create") expect((await whoIs(client)).subject).toBe("eve");
            for (const one of [client, victim]) {
              await restart(one);
              expect(await whoIs(one)).toEqual({});
            }
          },
        };
      }),
  );

  it("SEC-24 either keeps or ends both the session and the cookie when a login races with revokeAll", () =>
    race(async (site) => {
      const client = site.newBrowser();
      return {
        first: () => client.fetch("/login?as=eve&remember=true"),
        second: () => site.sessions.revokeAll("eve"),
        async check() {
          const copy = await client.clone();
          await restart(copy);
          await putCookie(client, "");
          const [bySession, byCookie] = [await whoIs(client), await whoIs(copy)];
          expect(byCookie.subject).toBe(bySession.subject);
        },
      };
    }));

  it("remembers a login in one tab while another tab uses the cookie that the login replaces", () =>
    race(async (site) => {
      const [client, tab] = await twoTabs(site);
      return {
        first: () => client.fetch("/login?as=eve&remember=true"),
        second: () => whoIs(tab),
        async check() {
          expect((await whoIs(client)).subject).toBe("eve");
          await restart(client);
          expect((await whoIs(client)).subject).toBe("eve");
          await restart(tab);
          expect(await whoIs(tab)).toEqual({});
        },
      };
    }));

  it("SEC-52 logs in 20 tabs at once with one new cookie, and logs out all of them with one", async () => {
    const site = rememberingSite({ mode: toMode(memoryStore()) });
    const client = await site.remembered();
    await restart(client);
    site.clock.advance(5);
    const tabs = await Promise.all(Array.from({ length: 20 }, () => client.clone()));
    const who = await Promise.all(tabs.map((tab) => whoIs(tab)));
    expect(who.map(({ subject }) => subject)).toEqual(Array(20).fill("eve"));
    expect(new Set(await Promise.all(tabs.map((tab) => cookieIn(tab)))).size).toBe(1);
    await tabs[7]?.fetch("/logout");
    await expectLoggedOut(site, ...tabs);
  });
});

const cookieModes = [
  { name: "signed cookie", toMode: signedCookie },
  { name: "encrypted cookie", toMode: encryptedCookie },
];

describe.each(cookieModes)("rememberMe in a mode that cannot end sessions ($name)", ({ toMode }) => {
  it("SEC-52 sets no cookie for a session that is restored while a logout ends its family", async () => {
    const names = await atEachCall(async (number) => {
      const calls = storeCalls();
      const store = calls.watch("remember store", memoryStore());
      const site = rememberingSite({ mode: toMode({ secrets: secret() }), store });
      const client = await site.remembered();
      const tab = await client.clone();
      await restart(tab);
      const { reached, resume } = calls.interfereAt(number, "pause");
      const running = tab.fetch("/");
      const name = await Promise.race([reached, running.then(() => undefined)]);
      if (name !== undefined) await client.fetch("/logout");
      resume();
      const response = await running;
      if (name !== undefined) {
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(await whoIs(tab)).toEqual({});
      }
      return name;
    });
    expect(names.length).toBeGreaterThan(3);
  });
});
