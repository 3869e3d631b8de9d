import { type SessionMode, type SessionStore, type SubjectIndex, serverSide, signedCookie } from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { type FakeClock, fakeClock } from "@coatcheck/testing";
import { expect, it } from "vitest";
import { cookieIn, rememberingSite, restart, whoIs } from "./remember-site.ts";

/** Stores on one engine. */
export interface EngineStores {
  /** An empty store, each time under another name. */
  readonly open: () => Promise<SessionStore & SubjectIndex>;
}

/** Tests `rememberMe` on the real engine of a store, with the sessions in that engine too, or in a cookie. */
export function testRememberMeOn({ open }: EngineStores): void {
  const modes: readonly { readonly name: string; readonly toMode: (store: SessionStore) => SessionMode }[] = [
    { name: "server-side, in another store", toMode: (store) => serverSide(store) },
    { name: "signed cookie", toMode: (revocations) => signedCookie({ secrets: secret(), revocations }) },
  ];
  for (const { name, toMode } of modes) {
    const setUp = async () => rememberingSite({ mode: toMode(await open()), store: await open(), clock: realClock() });

    it(`SEC-52 SEC-53 logs in by a cookie that is used once (${name})`, async () => {
      const { remembered } = await setUp();
      const client = await remembered();
      for (let use = 0; use < 3; use++) {
        const before = await cookieIn(client);
        await restart(client);
        expect(await whoIs(client)).toMatchObject({ subject: "eve", method: "remember-me" });
        expect((await cookieIn(client)) === before).toBe(false);
      }
    });

    it(`SEC-52 logs in 20 tabs at once, and logs out all of them with one (${name})`, async () => {
      const { remembered } = await setUp();
      const client = await remembered();
      await restart(client);
      const tabs = await Promise.all(Array.from({ length: 20 }, () => client.clone()));
      const who = await Promise.all(tabs.map((tab) => whoIs(tab)));
      expect(who.map(({ subject }) => subject)).toEqual(Array(20).fill("eve"));
      expect(new Set(await Promise.all(tabs.map((tab) => cookieIn(tab)))).size).toBe(1);
      await tabs[7]?.fetch("/logout");
      for (const tab of tabs) {
        expect(await whoIs(tab)).toEqual({});
        await restart(tab);
        expect(await whoIs(tab)).toEqual({});
      }
    });

    it(`SEC-24 SEC-52 logs in no tab whose request races with a logout or a revokeAll (${name})`, async () => {
      const { remembered, sessions } = await setUp();
      for (let round = 0; round < 10; round++) {
        const client = await remembered();
        const tabs = await Promise.all(Array.from({ length: 4 }, () => client.clone()));
        await Promise.all(tabs.map((tab) => restart(tab)));
        const end = round % 2 === 0 ? client.fetch("/logout") : sessions.revokeAll("eve");
        await Promise.all([...tabs.map((tab) => whoIs(tab)), end]);
        for (const tab of [client, ...tabs]) {
          expect((await whoIs(tab)).subject).toBeUndefined();
          await restart(tab);
          expect((await whoIs(tab)).subject).toBeUndefined();
        }
      }
    });

    it(`SEC-52 ends the family of a used cookie that comes back after its grace period (${name})`, async () => {
      const { remembered, clock, events } = await setUp();
      const client = await remembered();
      const thief = await client.clone();
      for (const one of [client, thief]) await restart(one);
      await whoIs(thief);
      clock.advance(60);
      expect(await whoIs(client)).toEqual({});
      expect(await whoIs(thief)).toEqual({});
      expect(events.map(({ type }) => type)).toContain("remember-theft");
    });
  }
}

/** Starts at the current time, because an engine removes expired records by its own clock. */
function realClock(): FakeClock {
  return fakeClock(Date.now());
}
