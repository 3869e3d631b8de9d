import { isDeepStrictEqual } from "node:util";
import { type Browser, browser } from "@coatcheck/testing";
import type { Answer, ModeName, Wish } from "./application.ts";

/** Somebody who uses the shop, and knows at each moment what their session has to hold. */
export interface User {
  /** Does one thing, with as many requests as it takes. */
  act(): Promise<void>;
}

const NOBODY: Answer = { subject: undefined, count: 0, cart: [], notice: undefined };

/** @param complain - called for each answer that is not what it must be */
export function user(origin: string, mode: ModeName, name: string, complain: (what: string) => void): User {
  const own = browser({ origin });
  let known: Answer = NOBODY;
  let items = 0;

  async function ask(client: Browser, wish: Wish): Promise<Answer | undefined> {
    const response = await client.fetch(`/${mode}`, { method: "POST", body: JSON.stringify(wish) });
    if (response.status === 200) return { ...NOBODY, ...((await response.json()) as Partial<Answer>) };
    await response.body?.cancel();
    return undefined;
  }

  /** Asks for something, and compares all of the answer with what is known. */
  async function expectAnswer(client: Browser, wish: Wish, expected: Answer): Promise<void> {
    const answer = await ask(client, wish);
    if (!isDeepStrictEqual(answer, expected)) {
      complain(`${name}, ${mode}, ${wish.act}: ${JSON.stringify(answer)} instead of ${JSON.stringify(expected)}`);
    }
  }

  /** @param change - what the wish makes of the session */
  async function wish(wanted: Wish, change: Partial<Answer> = {}, next?: string): Promise<void> {
    const expected = { ...known, ...change };
    await expectAnswer(own, wanted, expected);
    // A message is there for one request.
    known = { ...expected, notice: next };
  }

  const acts: readonly (() => Promise<void>)[] = [
    () => wish({ act: "look" }),
    () => wish({ act: "count" }, { count: known.count + 1 }),
    () => {
      items += 1;
      return wish({ act: "add", value: `item ${items}` }, { cart: [...known.cart, `item ${items}`] });
    },
    () => (known.cart.length < 10 ? wish({ act: "look" }) : wish({ act: "empty" }, { cart: [] })),
    async () => {
      items += 1;
      await wish({ act: "flash", value: `message ${items}` }, {}, `message ${items}`);
      await wish({ act: "look" });
      await wish({ act: "look" });
    },
    () => wish({ act: "login", value: name }, { subject: name }),
    async () => {
      await wish({ act: "count" }, { count: known.count + 1 });
      const copy = await own.clone();
      await wish({ act: "logout" }, { subject: undefined, count: 0, cart: [] });
      // A copy of the cookie, which somebody kept.
      await expectAnswer(copy, { act: "look" }, NOBODY);
    },
    async () => {
      await wish({ act: "count" }, { count: known.count + 1 });
      // A cookie cannot merge what two tabs write, so there they only read.
      const isMerged = mode === "server";
      const tabs = Array.from({ length: 4 }, () => ask(own, { act: isMerged ? "count" : "look" }));
      const counts = (await Promise.all(tabs)).map((answer) => answer?.count ?? Number.NaN);
      const last = known.count + (isMerged ? tabs.length : 0);
      const first = known.count + (isMerged ? 1 : 0);
      const isRight = counts.every((count) => count >= first && count <= last);
      if (!isRight) complain(`${name}, ${mode}, tabs: ${counts} after ${known.count}`);
      known = { ...known, count: last };
      await wish({ act: "look" });
    },
    async () => {
      await wish({ act: "login", value: name }, { subject: name });
      const elsewhere = browser({ origin });
      const there = { ...NOBODY, subject: name };
      await expectAnswer(elsewhere, { act: "login", value: name }, there);
      await expectAnswer(elsewhere, { act: "count" }, { ...there, count: 1 });
      await wish({ act: "revoke-others", value: name });
      await expectAnswer(elsewhere, { act: "look" }, NOBODY);
      await wish({ act: "look" });
    },
  ];

  return {
    act: async () => {
      await acts[Math.floor(Math.random() * acts.length)]?.();
    },
  };
}
