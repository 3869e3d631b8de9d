import { login, requireAll, requireFresh, requireLevel, requireSubject, requireThat } from "@coatcheck/auth";
import { memoryStore, type Session, SessionManager, serverSide } from "@coatcheck/core";
import { bindUnproven } from "@coatcheck/core/toolkit";
import { modes, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { setLoginInfo } from "../../src/login/login-info.ts";

interface Data {
  role: "customer" | "admin";
}

const anonymous = { ok: false, reason: "anonymous" };
const notFresh = { ok: false, reason: "not-fresh" };
const passed = { ok: true, subject: "eve" };

function setUp(mode = serverSide(memoryStore())) {
  const clock = fakeClock();
  const sessions = new SessionManager<Data>({ mode, now: clock.now });
  return { clock, ...visitor(sessions) };
}

describe("requireSubject", () => {
  it("lets pass who is logged in, and tells who that is", async () => {
    const { visit } = setUp();
    expect((await visit(requireSubject)).result).toEqual(anonymous);
    await visit((session) => login(session, "eve"));
    expect((await visit(requireSubject)).result).toEqual(passed);
  });

  it("refuses a visitor who has a session and no login", async () => {
    const { visit } = setUp();
    await visit((session) => session.set("role", "admin"));
    expect((await visit(requireSubject)).result).toEqual(anonymous);
  });

  it("says what to do when it is given no session, or one that was not awaited", async () => {
    for (const guard of [requireSubject, requireFresh(60), requireLevel(1), requireThat(() => true)]) {
      await expect(async () => guard(undefined as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      const pending = new SessionManager({ mode: serverSide(memoryStore()) }).open(new Request("https://localhost/"));
      await expect(async () => guard(pending as never)).rejects.toMatchObject({ code: "SESSION_NOT_AWAITED" });
    }
  });
});

describe("requireFresh", () => {
  for (const { name, mode } of modes()) {
    it(`SEC-26 lets pass until the millisecond its seconds are over, ${name}`, async () => {
      const { clock, visit } = setUp(mode());
      const isFresh = async () => (await visit(requireFresh(300))).result;
      expect(await isFresh()).toEqual(anonymous);
      await visit((session) => login(session, "eve"));
      clock.advance(299.999);
      expect(await isFresh()).toEqual(passed);
      clock.advance(0.001);
      expect(await isFresh()).toEqual(notFresh);
      await visit((session) => login(session, "eve"));
      expect(await isFresh()).toEqual(passed);
    });
  }

  it("SEC-26 is not fooled by use, a write or a new id: only a login is fresh", async () => {
    const { clock, visit } = setUp();
    await visit((session) => login(session, "eve"));
    clock.advance(300);
    await visit((session) => {
      session.set("role", "customer");
      session.regenerate();
    });
    expect((await visit(requireFresh(300))).result).toEqual(notFresh);
  });

  it("SEC-26 takes a login on a server whose clock is 5 s ahead for fresh", async () => {
    const { clock, visit } = setUp();
    clock.advance(5);
    await visit((session) => login(session, "eve"));
    clock.advance(-5);
    expect((await visit(requireFresh(1))).result).toEqual(passed);
  });

  it("SEC-53 refuses who was logged in by a cookie, however lately", async () => {
    const { visit } = setUp();
    await visit((session) => bindUnproven(session, "eve"));
    expect((await visit(requireFresh(1e12))).result).toEqual(notFresh);
    expect((await visit(requireSubject)).result).toEqual(passed);
  });

  it("SEC-26 refuses a login that has become doubtful", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve", { method: "password" }));
    await visit((session) => setLoginInfo(session, { method: "password", isFresh: false }));
    expect((await visit(requireFresh(300))).result).toEqual(notFresh);
  });

  it("wants a duration", () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "300" as never, undefined as never]) {
      expect(() => requireFresh(wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});

describe("requireLevel", () => {
  it("lets pass a proof of that level or above", async () => {
    const { visit } = setUp();
    const levels = async () => {
      const { result } = await visit((session) => ([1, 2, 3] as const).map((level) => requireLevel(level)(session)));
      return result.map((guarded) => (guarded.ok ? "ok" : guarded.reason));
    };
    expect(await levels()).toEqual(["anonymous", "anonymous", "anonymous"]);
    await visit((session) => login(session, "eve"));
    expect(await levels()).toEqual(["level-too-low", "level-too-low", "level-too-low"]);
    await visit((session) => login(session, "eve", { level: 2 }));
    expect(await levels()).toEqual(["ok", "ok", "level-too-low"]);
    await visit((session) => login(session, "eve", { level: 3 }));
    expect(await levels()).toEqual(["ok", "ok", "ok"]);
  });

  it("does not take a former proof for the present one", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve", { level: 3 }));
    await visit((session) => login(session, "eve"));
    expect((await visit(requireLevel(1))).result).toEqual({ ok: false, reason: "level-too-low" });
  });

  it("wants a level", () => {
    for (const wrong of [0, 4, 1.5, "2"]) {
      expect(() => requireLevel(wrong as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});

describe("requireThat", () => {
  const requireAdmin = requireThat((session: Session<Data>) => session.get("role") === "admin");

  it("asks the session for a role", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve"));
    expect((await visit(requireAdmin)).result).toEqual({ ok: false, reason: "forbidden" });
    await visit((session) => session.set("role", "admin"));
    expect((await visit(requireAdmin)).result).toEqual(passed);
  });

  it("asks a database, by the subject", async () => {
    const { visit } = setUp();
    const admins = new Set(["grace"]);
    const guard = requireThat(async (_session, subject) => admins.has(subject));
    await visit((session) => login(session, "eve"));
    expect((await visit(guard)).result).toEqual({ ok: false, reason: "forbidden" });
    admins.add("eve");
    expect((await visit(guard)).result).toEqual(passed);
  });

  it("does not ask about anonymous visitors", async () => {
    const { visit } = setUp();
    await visit((session) => session.set("role", "admin"));
    expect((await visit(requireAdmin)).result).toEqual(anonymous);
  });

  it("lets pass on true alone: neither on what is merely something, nor when the question fails", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve"));
    for (const answer of ["customer", 1, {}, undefined]) {
      expect((await visit(requireThat(() => answer as never))).result).toEqual({ ok: false, reason: "forbidden" });
    }
    const failing = requireThat(() => Promise.reject(new Error("The database is away.")));
    await expect(visit(failing)).rejects.toThrow("away");
  });
});

describe("requireAll", () => {
  it("refuses with the first reason there is, and asks no further", async () => {
    const { clock, visit } = setUp();
    const asked: string[] = [];
    const guard = requireAll(
      requireFresh(300),
      requireThat((_session: Session<Data>, subject) => asked.push(subject) > 1),
      requireLevel(2),
    );
    const reasons = async () => {
      const { result } = await visit(guard);
      return result.ok ? result.subject : result.reason;
    };
    expect(await reasons()).toBe("anonymous");
    await visit((session) => login(session, "eve", { level: 2 }));
    clock.advance(300);
    expect(await reasons()).toBe("not-fresh");
    expect(asked).toEqual([]);
    await visit((session) => login(session, "eve"));
    expect(await reasons()).toBe("forbidden");
    expect(await reasons()).toBe("level-too-low");
    await visit((session) => login(session, "eve", { level: 2 }));
    expect(await reasons()).toBe("eve");
  });

  it("of nothing still wants a login", async () => {
    const { visit } = setUp();
    expect((await visit(requireAll())).result).toEqual(anonymous);
  });
});
