import { aal1, aal2, aal3, login } from "@coatcheck/auth";
import {
  type LifetimeOptions,
  memoryStore,
  type Session,
  SessionManager,
  type SessionMode,
  serverSide,
} from "@coatcheck/core";
import { modes, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const HOUR = 3600;
const DAY = 24 * HOUR;

interface Data {
  visits: number;
}

/** One millisecond, in seconds. */
const TICK = 0.001;

/** A visitor who has just logged in. */
async function setUp(mode: SessionMode, lifetime: LifetimeOptions) {
  const clock = fakeClock();
  const sessions = new SessionManager<Data>({ mode, lifetime, now: clock.now });
  const { visit, client } = visitor(sessions);
  const logIn = (endsAt?: number) =>
    visit((session) => login(session, "eve", { method: "passkey", ...(endsAt !== undefined && { endsAt }) }));
  const who = async () => (await visit((session) => session.subject)).result;
  const after = async (seconds: number) => {
    clock.advance(seconds);
    return who();
  };
  await logIn();
  return { clock, visit, client, logIn, who, after };
}

const presets = [
  { level: "aal1", preset: aal1, idle: DAY, absolute: 30 * DAY },
  { level: "aal2", preset: aal2, idle: HOUR, absolute: DAY },
  { level: "aal3", preset: aal3, idle: 15 * 60, absolute: 12 * HOUR },
];

describe("aal1, aal2 and aal3", () => {
  it("have the timeouts of NIST SP 800-63B-4, sections 2.1.3, 2.2.3 and 2.3.3", () => {
    for (const { preset, idle, absolute } of presets) expect(preset).toEqual({ idle, absolute });
  });
});

for (const { name, mode } of modes()) {
  for (const { level, preset, idle, absolute } of presets) {
    describe(`${level}, ${name}`, () => {
      it("SEC-20 ends the session at the exact millisecond of its idle timeout", async () => {
        const early = await setUp(mode(), preset);
        expect(await early.after(idle - TICK)).toBe("eve");
        const late = await setUp(mode(), preset);
        expect(await late.after(idle)).toBeUndefined();
      });

      it("SEC-21 ends the session at the exact millisecond of its absolute timeout, despite reads, writes and new ids", async () => {
        const { after, visit } = await setUp(mode(), preset);
        const step = idle / 2;
        for (let steps = 1; steps < absolute / step; steps++) {
          expect(await after(step)).toBe("eve");
          if (steps % 3 === 1) await visit((session) => session.update("visits", (visits = 0) => visits + 1));
          if (steps % 3 === 2) await visit((session) => session.regenerate());
        }
        expect(await after(step - TICK)).toBe("eve");
        expect(await after(TICK)).toBeUndefined();
      });

      it("SEC-21 restarts both timeouts at a login of the same subject (section 5.2)", async () => {
        const { after, logIn } = await setUp(mode(), preset);
        await after(idle - TICK);
        await logIn();
        for (let passed = 0; passed < absolute - idle; passed += idle / 2) expect(await after(idle / 2)).toBe("eve");
        expect(await after(idle / 2 - TICK)).toBe("eve");
      });
    });
  }

  describe(`endsAt of a login, ${name}`, () => {
    it("SEC-21 ends the session at the exact millisecond of the identity provider's end", async () => {
      const { clock, after, logIn } = await setUp(mode(), aal2);
      await logIn(clock.now() + 1000);
      expect(await after(1 - TICK)).toBe("eve");
      expect(await after(TICK)).toBeUndefined();
    });

    const acts: Readonly<Record<string, (session: Session<Data>) => unknown>> = {
      reads: () => undefined,
      "a write": (session) => session.update("visits", (visits = 0) => visits + 1),
      "a new id": (session) => session.regenerate(),
      "a step-up": (session) => login(session, "eve", { level: 2 }),
    };
    for (const [title, act] of Object.entries(acts)) {
      it(`SEC-21 is not extended by ${title}`, async () => {
        const { clock, visit, after, logIn } = await setUp(mode(), aal2);
        await logIn(clock.now() + 2 * HOUR * 1000);
        for (let quarters = 1; quarters < 8; quarters++) {
          expect(await after(HOUR / 4)).toBe("eve");
          await visit(act);
        }
        expect(await after(HOUR / 4 - TICK)).toBe("eve");
        await visit(act);
        expect(await after(TICK)).toBeUndefined();
      });
    }

    it("does not extend a session beyond its timeouts", async () => {
      const { clock, after, logIn } = await setUp(mode(), aal3);
      await logIn(clock.now() + 30 * DAY * 1000);
      expect(await after(15 * 60)).toBeUndefined();
    });

    it("is replaced by the endsAt of a new login, and dropped for another subject", async () => {
      const { clock, visit, after, logIn } = await setUp(mode(), aal2);
      await logIn(clock.now() + 60_000);
      await logIn(clock.now() + 120_000);
      expect(await after(120 - TICK)).toBe("eve");
      await visit((session) => login(session, "grace"));
      expect(await after(HOUR - TICK)).toBe("grace");
    });

    it("limits the Max-Age of a persistent cookie", async () => {
      const { clock, visit } = await setUp(mode(), aal2);
      const { cookies } = await visit((session) =>
        login(session, "eve", { endsAt: clock.now() + 90_000, persistent: true }),
      );
      expect(cookies).toEqual([expect.stringContaining("; Max-Age=90")]);
    });
  });
}

describe("endsAt of a login", () => {
  it("is rejected when it is in the past or in seconds, as in JWTs, and the session stays as it was", async () => {
    const { clock, visit, who } = await setUp(serverSide(memoryStore()), aal2);
    const now = clock.now();
    for (const wrong of [now, now - 1, Math.round(now / 1000) + 3600, 0, Number.NaN, Infinity, "1" as never]) {
      await visit(async (session) => {
        await expect(login(session, "grace", { endsAt: wrong })).rejects.toMatchObject({
          code: "INVALID_OPTION",
          message: expect.stringContaining("claims.exp * 1000"),
        });
      });
      expect(await who()).toBe("eve");
    }
    await visit((session) => login(session, "eve", { endsAt: now + 1 }));
    expect(await who()).toBe("eve");
  });
});
