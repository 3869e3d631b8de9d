import { isDeepStrictEqual } from "node:util";
import { type Browser, browser } from "@coatcheck/testing";
import type { Action, Answer, ModeName } from "./application.ts";

/** A user of the shop, who knows at each moment what their session must hold. */
export interface SimulatedUser {
  /** Does one random thing, which can take several requests. */
  act(): Promise<void>;
}

const EMPTY_SESSION: Answer = { subject: undefined, count: 0, cart: [], notice: undefined };

/** @param onWrongAnswer - called with a description of each answer that is not as expected */
export function simulatedUser(
  origin: string,
  mode: ModeName,
  name: string,
  onWrongAnswer: (description: string) => void,
): SimulatedUser {
  const ownBrowser = browser({ origin });
  /** The next answer, if the next action only reads. */
  let expected: Answer = EMPTY_SESSION;
  let items = 0;

  async function send(client: Browser, action: Action): Promise<Answer | undefined> {
    const response = await client.fetch(`/${mode}`, { method: "POST", body: JSON.stringify(action) });
    if (response.status === 200) return { ...EMPTY_SESSION, ...((await response.json()) as Partial<Answer>) };
    await response.body?.cancel();
    return undefined;
  }

  /** Sends an action and compares the whole answer. */
  async function expectAnswer(client: Browser, action: Action, answer: Answer): Promise<void> {
    const received = await send(client, action);
    if (isDeepStrictEqual(received, answer)) return;
    const [got, wanted] = [received, answer].map((value) => JSON.stringify(value));
    onWrongAnswer(`${name}, ${mode}, ${action.type}: ${got} instead of ${wanted}`);
  }

  /**
   * Sends an action from the user's own browser, and checks the answer.
   *
   * @param change - how the action changes the session
   * @param nextNotice - the flash message that the next request must receive
   */
  async function perform(action: Action, change: Partial<Answer> = {}, nextNotice?: string): Promise<void> {
    const answer = { ...expected, ...change };
    await expectAnswer(ownBrowser, action, answer);
    // A flash message is there for one request.
    expected = { ...answer, notice: nextNotice };
  }

  const count = () => perform({ type: "count" }, { count: expected.count + 1 });
  const login = () => perform({ type: "login", value: name }, { subject: name });

  const activities: readonly (() => Promise<void>)[] = [
    () => perform({ type: "read" }),
    count,
    () => {
      items += 1;
      return perform({ type: "add", value: `item ${items}` }, { cart: [...expected.cart, `item ${items}`] });
    },
    () => (expected.cart.length < 10 ? perform({ type: "read" }) : perform({ type: "empty" }, { cart: [] })),
    async function receiveFlashMessage() {
      items += 1;
      await perform({ type: "flash", value: `message ${items}` }, {}, `message ${items}`);
      await perform({ type: "read" });
      await perform({ type: "read" });
    },
    login,
    async function logOut() {
      await count();
      const copy = await ownBrowser.clone();
      await perform({ type: "logout" }, { subject: undefined, count: 0, cart: [] });
      // A copy of the cookie must not work after the logout.
      await expectAnswer(copy, { type: "read" }, EMPTY_SESSION);
    },
    async function useFourTabs() {
      await count();
      // Cookie modes cannot merge the writes of two tabs, so there the tabs only read.
      const isMerged = mode === "server";
      const tabs = Array.from({ length: 4 }, () => send(ownBrowser, { type: isMerged ? "count" : "read" }));
      const counts = (await Promise.all(tabs)).map((answer) => answer?.count ?? Number.NaN);
      const lowest = expected.count + (isMerged ? 1 : 0);
      const highest = expected.count + (isMerged ? tabs.length : 0);
      const isInRange = counts.every((each) => each >= lowest && each <= highest);
      if (!isInRange) onWrongAnswer(`${name}, ${mode}, four tabs: ${counts} after ${expected.count}`);
      expected = { ...expected, count: highest };
      await perform({ type: "read" });
    },
    async function revokeOtherBrowser() {
      await login();
      const otherBrowser = browser({ origin });
      const otherSession = { ...EMPTY_SESSION, subject: name };
      await expectAnswer(otherBrowser, { type: "login", value: name }, otherSession);
      await expectAnswer(otherBrowser, { type: "count" }, { ...otherSession, count: 1 });
      await perform({ type: "revoke-others", value: name });
      await expectAnswer(otherBrowser, { type: "read" }, EMPTY_SESSION);
      await perform({ type: "read" });
    },
  ];

  return {
    act: async () => {
      await activities[Math.floor(Math.random() * activities.length)]?.();
    },
  };
}
