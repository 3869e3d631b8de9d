import { type AccountExtension, AccountManager, login, revokeDevice } from "@coatcheck/auth";
import { memoryStore, serverSide } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { accountModes } from "../support/account-modes.ts";
import { device, isAlive } from "../support/device.ts";
import { raceAtEachCall } from "../support/watched-store.ts";

interface Data {
  cart: string;
}

/** A manager, and a browser that is logged in as eve. */
async function setUp(open: ReturnType<typeof accountModes>[number]["open"]) {
  const { mode, store } = open();
  const sessions = new AccountManager<Data>({ mode });
  const desk = device(sessions);
  await desk.visit((session) => login(session, "eve"));
  const { result: id } = await desk.visit((session) => session.id ?? "");
  const copy = { client: await desk.client.clone() };
  return { sessions, stores: [store], desk, id, copy };
}

for (const { name, canList, open } of accountModes()) {
  describe(`revokeAll, ${name}`, () => {
    for (const order of ["in the middle of", "interrupted by"]) {
      it(`SEC-24 ends what was there, ${order} a login: that one comes before or after, and is listed if it lives`, async () => {
        const calls = await raceAtEachCall(async () => {
          const { sessions, stores, copy } = await setUp(open);
          const phone = device(sessions);
          const logsIn = () => phone.visit((session) => login(session, "eve"));
          const revokesAll = () => sessions.revokeAll("eve");
          const [first, second] = order === "in the middle of" ? [logsIn, revokesAll] : [revokesAll, logsIn];
          async function check() {
            expect(await isAlive(copy, sessions)).toBe(false);
            if (canList) expect(await isAlive(phone, sessions)).toBe((await sessions.list("eve")).length === 1);
            await sessions.revokeAll("eve");
            expect(await isAlive(phone, sessions)).toBe(false);
          }
          return { stores, first, second, check };
        });
        expect(calls).toBeGreaterThanOrEqual(1);
      });
    }

    it("SEC-24 ends the old session in the middle of a new login on the same browser", async () => {
      const calls = await raceAtEachCall(async () => {
        const { sessions, stores, desk, copy } = await setUp(open);
        return {
          stores,
          first: () => desk.visit((session) => login(session, "eve")),
          second: () => sessions.revokeAll("eve"),
          async check() {
            expect(await isAlive(copy, sessions)).toBe(false);
            if (canList) expect(await isAlive(desk, sessions)).toBe((await sessions.list("eve")).length === 1);
          },
        };
      });
      expect(calls).toBeGreaterThanOrEqual(3);
    });

    it("SEC-24 ends a session that is just being given a new id without a login", async () => {
      const calls = await raceAtEachCall(async () => {
        const { sessions, stores, desk, copy } = await setUp(open);
        return {
          stores,
          first: () => desk.visit((session) => session.regenerate()),
          second: () => sessions.revokeAll("eve"),
          async check() {
            expect(await isAlive(copy, sessions)).toBe(false);
            expect(await isAlive(desk, sessions)).toBe(false);
            if (canList) expect(await sessions.list("eve")).toEqual([]);
          },
        };
      });
      expect(calls).toBeGreaterThanOrEqual(3);
    });
  });

  describe(`revoking a device, ${name}`, () => {
    it("SEC-23 SEC-24 ends it with a writer in flight, wherever that is: it is not brought back", async () => {
      const calls = await raceAtEachCall(async () => {
        const { sessions, stores, desk, id, copy } = await setUp(open);
        return {
          stores,
          first: () => desk.visit((session) => session.set("cart", "book")),
          second: async () => {
            expect(await (canList ? revokeDevice(sessions, "eve", id) : sessions.revoke(id))).toBe(true);
          },
          async check() {
            expect(await isAlive(copy, sessions)).toBe(false);
            expect(await isAlive(desk, sessions)).toBe(false);
            if (canList) expect(await sessions.list("eve")).toEqual([]);
          },
        };
      });
      expect(calls).toBeGreaterThanOrEqual(2);
    });
  });
}

describe("a manager whose extension fails at a commit", () => {
  async function setUpFailing() {
    let isFailing = false;
    const extension: AccountExtension = {
      forRequest: () => ({
        onCommit() {
          if (isFailing) throw new Error("refused");
        },
      }),
    };
    const sessions = new AccountManager<Data>({ mode: serverSide(memoryStore()), extensions: [extension] });
    const fails = (act: () => Promise<unknown>) => {
      isFailing = true;
      return act().finally(() => {
        isFailing = false;
      });
    };
    return { sessions, fails, eve: device(sessions) };
  }

  it("SEC-42 leaves no session behind that nobody has the cookie of", async () => {
    const { sessions, fails, eve } = await setUpFailing();
    await expect(fails(() => eve.visit((session) => login(session, "eve")))).rejects.toThrow("refused");
    expect(await eve.client.cookieHeader()).toBe("");
    expect(await sessions.list("eve")).toEqual([]);
  });

  it("SEC-42 leaves a session alone whose cookie the browser has", async () => {
    const { sessions, fails, eve } = await setUpFailing();
    await eve.visit((session) => login(session, "eve"));
    await expect(fails(() => eve.visit((session) => session.set("cart", "book")))).rejects.toThrow("refused");
    expect(await isAlive(eve, sessions)).toBe(true);
  });
});
