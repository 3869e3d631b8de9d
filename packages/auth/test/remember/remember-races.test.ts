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

/** Two things that go on at once. */
interface Race {
  readonly first: () => Promise<unknown>;
  readonly second: () => Promise<unknown>;
  /** What must hold afterwards. */
  readonly check: (pausedAt: string) => Promise<void>;
}

describe.each(modes)("rememberMe, paused at each store call ($name)", ({ canList, toMode }) => {
  /** Pauses one of the two at each of its store calls, while the other runs from its beginning to its end. */
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

  /** Nobody is logged in there, nor will be again. */
  async function expectNobody(site: RememberingSite, ...clients: readonly Browser[]): Promise<void> {
    for (const client of clients) {
      const copy = await client.clone();
      await restart(copy);
      expect(await whoIs(client)).not.toHaveProperty("subject");
      expect(await whoIs(copy)).not.toHaveProperty("subject");
    }
    // Nor is there a session left over that nobody holds the cookie of.
    expect(await site.sessions.list("eve").catch(({ code }) => code)).toEqual(canList ? [] : "UNSUPPORTED");
  }

  async function twoTabs(site: RememberingSite): Promise<readonly [Browser, Browser]> {
    const client = await site.remembered();
    await restart(client);
    return [client, await client.clone()];
  }

  it("SEC-52 two tabs use one cookie at once: both are logged in, and have the same cookie then", () =>
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

  it("SEC-52 SEC-22 a logout wins over a tab that is being logged in by the cookie", () =>
    race(async (site) => {
      const client = await site.remembered();
      const tab = await client.clone();
      await restart(tab);
      return {
        first: () => whoIs(tab),
        second: () => client.fetch("/logout"),
        check: () => expectNobody(site, tab, client),
      };
    }));

  it("SEC-52 SEC-24 revokeAll wins over a tab that is being logged in by the cookie", () =>
    race(async (site) => {
      const [one, other] = await twoTabs(site);
      return {
        first: () => whoIs(one),
        second: () => site.sessions.revokeAll("eve"),
        check: () => expectNobody(site, one, other),
      };
    }));

  it("SEC-52 SEC-24 revoke wins over a session that is getting another id", () =>
    race(async (site) => {
      const client = await site.remembered();
      const { id = "" } = await whoIs(client);
      return {
        first: () => client.fetch("/regenerate"),
        second: () => site.sessions.revoke(id),
        check: () => expectNobody(site, client),
      };
    }));

  it("SEC-52 theft that is found out ends what is being made of the cookie: a session, and a session's other id", async () => {
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
            await expectNobody(site, client, victim);
            expect(site.events.filter(({ type }) => type === "remember-theft")).toHaveLength(1);
          },
        };
      });
    }
  });

  it("SEC-52 theft that two requests find out at once is told once", () =>
    race(async (site) => {
      const [client, victim] = await twoTabs(site);
      await whoIs(client);
      site.clock.advance(60);
      const other = await victim.clone();
      return {
        first: () => whoIs(victim),
        second: () => whoIs(other),
        async check() {
          await expectNobody(site, client, victim, other);
          expect(site.events.filter(({ type }) => type === "remember-theft")).toHaveLength(1);
        },
      };
    }));

  it.each(["/login?as=eve", "/bind?as=eve"])(
    "SEC-52 who proves who they are by %s while theft is found out stays logged in, and is not remembered any more",
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
            // Elsewhere it depends on which of the two comes first.
            if (pausedAt === "remember store: create") expect((await whoIs(client)).subject).toBe("eve");
            for (const one of [client, victim]) {
              await restart(one);
              expect(await whoIs(one)).toEqual({});
            }
          },
        };
      }),
  );

  it("SEC-24 a login that asks to be remembered and a revokeAll: what one of them keeps, both do", () =>
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

  it("a login in one tab is remembered while another one uses what the login replaces", () =>
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

  it("SEC-52 20 tabs at once are all logged in, have one cookie, and are all logged out at once", async () => {
    const site = rememberingSite({ mode: toMode(memoryStore()) });
    const client = await site.remembered();
    await restart(client);
    site.clock.advance(5);
    const tabs = await Promise.all(Array.from({ length: 20 }, () => client.clone()));
    const who = await Promise.all(tabs.map((tab) => whoIs(tab)));
    expect(who.map(({ subject }) => subject)).toEqual(Array(20).fill("eve"));
    expect(new Set(await Promise.all(tabs.map((tab) => cookieIn(tab)))).size).toBe(1);
    await tabs[7]?.fetch("/logout");
    await expectNobody(site, ...tabs);
  });
});

describe.each([signedCookie, encryptedCookie])("rememberMe where nothing can end a session", (toMode) => {
  it("SEC-52 lets no session leave that is made from a cookie while a logout ends it", async () => {
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
