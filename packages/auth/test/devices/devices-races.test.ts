import { AccountManager, login, revokeDevice } from "@coatcheck/auth";
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
      it(`SEC-24 ends earlier sessions ${order} a login, which then either ended too or is listed`, async () => {
        const calls = await raceAtEachCall(async () => {
          const { sessions, stores, copy } = await setUp(open);
          const phone = device(sessions);
          const logIn = () => phone.visit((session) => login(session, "eve"));
          const revokeAll = () => sessions.revokeAll("eve");
          const [first, second] = order === "in the middle of" ? [logIn, revokeAll] : [revokeAll, logIn];
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

    it("SEC-24 ends the old session in the middle of a new login in the same browser", async () => {
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

    it("SEC-24 ends a session while regenerate is replacing its id", async () => {
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

  describe(`revokeDevice, ${name}`, () => {
    it("SEC-23 SEC-24 ends a session that another request is writing, at any store call, for good", async () => {
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
