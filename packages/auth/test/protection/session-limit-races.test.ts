import { AccountManager, login, sessionLimit } from "@coatcheck/auth";
import { memoryStore, type SessionMode, serverSide } from "@coatcheck/core";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { listingModes } from "../support/account-modes.ts";
import { device, isAlive } from "../support/device.ts";
import { raceAtEachCall, watchedStore } from "../support/watched-store.ts";

const LOGINS = 20;
const MAX = 3;

/** Pseudorandom numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Two servers on one store, with different clocks. eve logs in on 20 devices at once.
 *
 * @param onSettled - called when one of the logins has succeeded, or failed
 */
function setUp(onExceed: "evict-oldest" | "refuse", mode: SessionMode, onSettled: () => void = () => {}) {
  // The clocks stand still, so that instants do not tell which login was first.
  const servers = [fakeClock(), fakeClock(fakeClock().now() + 5_000)].map(
    ({ now }) => new AccountManager({ mode, now, extensions: [sessionLimit({ max: MAX, onExceed })] }),
  );
  const devices = Array.from({ length: LOGINS }, (_, index) => {
    const sessions = servers[index % servers.length] as AccountManager;
    const browser = device(sessions);
    return { browser, login: () => browser.visit((session) => login(session, "eve")).finally(onSettled) };
  });
  const [sessions] = servers as [AccountManager];
  async function check() {
    const results = await Promise.allSettled(devices.map((each) => each.login()));
    const alive = [];
    for (const [index, { browser }] of devices.entries()) {
      const result = results[index];
      if (result?.status === "rejected") {
        expect(result.reason).toMatchObject({ code: "TOO_MANY_SESSIONS" });
        expect(await isAlive(browser, sessions)).toBe(false);
      } else if (await isAlive(browser, sessions)) alive.push(index);
    }
    expect(alive).toHaveLength(MAX);
    expect(await sessions.list("eve")).toHaveLength(MAX);
  }
  return { check, devices };
}

for (const onExceed of ["evict-oldest", "refuse"] as const) {
  describe(`sessionLimit, ${onExceed}, when ${LOGINS} logins race`, () => {
    for (const { name, open } of listingModes()) {
      for (const operation of ["load", "create", "listBySubject", "delete"]) {
        it(`SEC-25 leaves ${MAX} sessions when all logins reach ${operation} before any call of it runs, ${name}`, async () => {
          const { mode, store } = open();
          let waiting: (() => void)[] = [];
          let settled = 0;
          let isOver = false;
          function releaseIfAll(): void {
            if (waiting.length + settled < LOGINS) return;
            isOver = true;
            for (const release of waiting.reverse()) release();
            waiting = [];
          }
          const { check, devices } = setUp(onExceed, mode, () => {
            settled += 1;
            releaseIfAll();
          });
          // A visitor without a session would not call load.
          for (const { browser } of devices) await browser.visit((session) => session.set("theme", "dark"));
          store.beforeEach(async (called) => {
            if (called !== operation || isOver) return;
            await new Promise<void>((resolve) => {
              waiting.push(resolve);
              releaseIfAll();
            });
          });
          await check();
        });
      }
    }

    it("SEC-25 leaves exactly the limit for any order of the store's calls and of the listed sessions", async () => {
      for (let seed = 1; seed <= 15; seed++) {
        const next = random(seed);
        const memory = memoryStore();
        async function listBySubject(subject: string) {
          const found = (await memory.listBySubject(subject)).map((each) => ({ each, order: next() }));
          return found.sort((a, b) => a.order - b.order).map(({ each }) => each);
        }
        const store = watchedStore({ ...memory, listBySubject });
        const { check } = setUp(onExceed, serverSide(store));
        const waiting: (() => void)[] = [];
        store.beforeEach(() => new Promise((resolve) => waiting.push(resolve)));
        const pump = setInterval(() => {
          const held = waiting.splice(0);
          const [first] = held;
          for (const release of held) {
            if (release === first || next() < 0.3) release();
            else waiting.push(release);
          }
        }, 0);
        await check().finally(() => clearInterval(pump));
      }
    });

    it("SEC-25 leaves one session when another login runs in the middle of each store call", async () => {
      const calls = await raceAtEachCall(async () => {
        const store = watchedStore(memoryStore());
        const limit = sessionLimit({ max: 1, onExceed });
        const sessions = new AccountManager({ mode: serverSide(store), extensions: [limit] });
        const [one, other] = [device(sessions), device(sessions)];
        const attempt = (browser: typeof one) => () =>
          browser
            .visit((session) => login(session, "eve"))
            .catch(({ code }: { code?: string }) => expect(code).toBe("TOO_MANY_SESSIONS"));
        return {
          stores: [store],
          first: attempt(one),
          second: attempt(other),
          async check() {
            const alive = [await isAlive(one, sessions), await isAlive(other, sessions)];
            expect(alive.filter(Boolean)).toHaveLength(1);
            expect(await sessions.list("eve")).toHaveLength(1);
          },
        };
      });
      expect(calls).toBeGreaterThanOrEqual(3);
    });

    it("SEC-25 keeps a browser that logs in again, with another login in the middle and clocks 5 s apart", async () => {
      await raceAtEachCall(async () => {
        const store = watchedStore(memoryStore());
        const clock = fakeClock();
        const serverWith = (now: () => number) =>
          new AccountManager({ mode: serverSide(store), now, extensions: [sessionLimit({ max: 2, onExceed })] });
        const [ahead, behind] = [serverWith(() => clock.now() + 5_000), serverWith(clock.now)];
        let server = ahead;
        const one = device<Record<string, unknown>>({ handle: (...request) => server.handle(...request) });
        const other = device(behind);
        await one.visit((session) => login(session, "eve"));
        server = behind;
        clock.advance(1);
        return {
          stores: [store],
          first: () => one.visit((session) => login(session, "eve")),
          second: () => other.visit((session) => login(session, "eve")).catch(() => {}),
          async check() {
            expect(await isAlive(one, behind)).toBe(true);
            expect((await behind.list("eve")).length).toBeLessThanOrEqual(2);
          },
        };
      });
    });
  });
}
