import { memoryStore } from "@coatcheck/core";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { type RememberingSite, rememberingSite, restart, revocableModes, whoIs } from "../support/remember-site.ts";

const SKEW = 5_000;

describe.each(revocableModes())("rememberMe on two servers whose clocks differ by 5 s ($name)", ({ mode }) => {
  /** Two servers of one site with different clocks, and a `send` that alternates between them. */
  function servers(skew: number): { readonly send: (request: Request) => Promise<Response> } & Servers {
    const [store, shared] = [memoryStore(), mode()];
    const [one, other] = [fakeClock(), fakeClock()];
    other.set(one.now() + skew);
    const [first, second] = [one, other].map((clock) => rememberingSite({ store, mode: shared, clock }));
    if (first === undefined || second === undefined) throw new Error("two sites are missing");
    const advance = (seconds: number): void => {
      one.advance(seconds);
      other.advance(seconds);
    };
    let turn = 0;
    return {
      first,
      second,
      advance,
      // As a load balancer without sticky sessions does.
      send: (request) => (turn++ % 2 === 0 ? first : second).fetch(request),
    };
  }

  interface Servers {
    readonly first: RememberingSite;
    readonly second: RememberingSite;
    readonly advance: (seconds: number) => void;
  }

  it.each([SKEW, -SKEW])("SEC-52 logs in parallel tabs on both, repeatedly (%i ms)", async (skew) => {
    const { first, second, send, advance } = servers(skew);
    const client = browser({ fetch: send });
    await client.fetch("/login?as=eve&remember=true");
    for (let use = 0; use < 6; use++) {
      await restart(client);
      const tabs = [client, await client.clone(), await client.clone()];
      for (const tab of tabs) {
        advance(7);
        expect((await whoIs(tab)).subject).toBe("eve");
      }
    }
    const types = [...first.events, ...second.events].map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(["remembered", "remember-restored"]));
  });

  it.each([SKEW, -SKEW])("SEC-52 gives the current cookie to a tab that missed uses on both (%i ms)", async (skew) => {
    const { send, advance } = servers(skew);
    const client = browser({ fetch: send });
    await client.fetch("/login?as=eve&remember=true");
    await restart(client);
    const late = await client.clone();
    for (let use = 0; use < 4; use++) {
      await restart(client);
      await whoIs(client);
      advance(13);
    }
    expect((await whoIs(late)).subject).toBe("eve");
  });

  it.each([SKEW, -SKEW])(
    "SEC-52 detects theft at most 5 s before or after the end of the grace period (%i ms)",
    async (skew) => {
      for (const [seconds, isTheft] of [
        [54.999, false],
        [65, true],
      ] as const) {
        const { first, second, advance } = servers(skew);
        const client = await first.remembered();
        await restart(client);
        const copy = browser({ fetch: second.fetch });
        await copy.setCookie(`${await client.cookieHeader()}; Path=/; Secure`);
        await whoIs(client);
        advance(seconds);
        expect((await whoIs(copy)).subject).toBe(isTheft ? undefined : "eve");
        expect(second.events.some(({ type }) => type === "remember-theft")).toBe(isTheft);
      }
    },
  );

  it.each([SKEW, -SKEW])("SEC-52 ends at most 5 s before or after the end of its lifetime (%i ms)", async (skew) => {
    for (const [seconds, isOver] of [
      [3600 - 5.001, false],
      [3600 + 5, true],
    ] as const) {
      const { first, second, advance } = servers(skew);
      const client = await rememberingBrowser(first);
      const copy = browser({ fetch: second.fetch });
      await copy.setCookie(`${await client.cookieHeader()}; Path=/; Secure`);
      advance(30 * 24 * 3600 - 3600 + seconds);
      expect((await whoIs(copy)).subject).toBe(isOver ? undefined : "eve");
    }
  });

  async function rememberingBrowser(site: RememberingSite): Promise<ReturnType<typeof browser>> {
    const client = await site.remembered();
    await restart(client);
    return client;
  }

  it.each([SKEW, -SKEW])("SEC-52 SEC-24 logs out and revokes on both (%i ms)", async (skew) => {
    for (const isLogout of [true, false]) {
      const { first, second, send } = servers(skew);
      const client = browser({ fetch: send });
      await client.fetch("/login?as=eve&remember=true");
      const copies = [await client.clone(), await client.clone()];
      await restart(copies[0] ?? client);
      await whoIs(copies[0] ?? client);
      if (isLogout) await client.fetch("/logout");
      else await second.sessions.revokeAll("eve");
      for (const copy of copies) {
        for (const { fetch } of [first, second]) {
          const one = browser({ fetch });
          for (const pair of (await copy.cookieHeader()).split("; ")) await one.setCookie(`${pair}; Path=/; Secure`);
          expect(await whoIs(one)).not.toHaveProperty("subject");
          await restart(one);
          expect(await whoIs(one)).not.toHaveProperty("subject");
        }
      }
    }
  });
});
