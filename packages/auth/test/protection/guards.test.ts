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
  it("passes a logged-in visitor and returns the subject", async () => {
    const { visit } = setUp();
    expect((await visit(requireSubject)).result).toEqual(anonymous);
    await visit((session) => login(session, "eve"));
    expect((await visit(requireSubject)).result).toEqual(passed);
  });

  it("denies a visitor who has a session but no login", async () => {
    const { visit } = setUp();
    await visit((session) => session.set("role", "admin"));
    expect((await visit(requireSubject)).result).toEqual(anonymous);
  });

  it("rejects a missing session and one that was not awaited", async () => {
    for (const guard of [requireSubject, requireFresh(60), requireLevel(1), requireThat(() => true)]) {
      await expect(async () => guard(undefined as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      const pending = new SessionManager({ mode: serverSide(memoryStore()) }).open(new Request("https://localhost/"));
      await expect(async () => guard(pending as never)).rejects.toMatchObject({ code: "SESSION_NOT_AWAITED" });
    }
  });
});

describe("requireFresh", () => {
  for (const { name, mode } of modes()) {
    it(`SEC-26 passes until the exact millisecond after its seconds, ${name}`, async () => {
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

  it("SEC-26 counts from the login, not from a write or a new id", async () => {
    const { clock, visit } = setUp();
    await visit((session) => login(session, "eve"));
    clock.advance(300);
    await visit((session) => {
      session.set("role", "customer");
      session.regenerate();
    });
    expect((await visit(requireFresh(300))).result).toEqual(notFresh);
  });

  it("SEC-26 passes a login that a server with a clock 5 s ahead made", async () => {
    const { clock, visit } = setUp();
    clock.advance(5);
    await visit((session) => login(session, "eve"));
    clock.advance(-5);
    expect((await visit(requireFresh(1))).result).toEqual(passed);
  });

  it("SEC-53 denies a login by a remember-me cookie, however recent", async () => {
    const { visit } = setUp();
    await visit((session) => bindUnproven(session, "eve"));
    expect((await visit(requireFresh(1e12))).result).toEqual(notFresh);
    expect((await visit(requireSubject)).result).toEqual(passed);
  });

  it("SEC-26 denies a login that is no longer trusted", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve", { method: "password" }));
    await visit((session) => setLoginInfo(session, { method: "password", isFresh: false }));
    expect((await visit(requireFresh(300))).result).toEqual(notFresh);
  });

  it("rejects an invalid duration", () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "300" as never, undefined as never]) {
      expect(() => requireFresh(wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});

describe("requireLevel", () => {
  it("passes a login of that level or above", async () => {
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

  it("ignores the level of an earlier login", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve", { level: 3 }));
    await visit((session) => login(session, "eve"));
    expect((await visit(requireLevel(1))).result).toEqual({ ok: false, reason: "level-too-low" });
  });

  it("rejects an invalid level", () => {
    for (const wrong of [0, 4, 1.5, "2"]) {
      expect(() => requireLevel(wrong as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});

describe("requireThat", () => {
  const requireAdmin = requireThat((session: Session<Data>) => session.get("role") === "admin");

  it("can decide by a role in the session", async () => {
    const { visit } = setUp();
    await visit((session) => login(session, "eve"));
    expect((await visit(requireAdmin)).result).toEqual({ ok: false, reason: "forbidden" });
    await visit((session) => session.set("role", "admin"));
    expect((await visit(requireAdmin)).result).toEqual(passed);
  });

  it("can decide by a database, asynchronously", async () => {
    const { visit } = setUp();
    const admins = new Set(["grace"]);
    const guard = requireThat(async (_session, subject) => admins.has(subject));
    await visit((session) => login(session, "eve"));
    expect((await visit(guard)).result).toEqual({ ok: false, reason: "forbidden" });
    admins.add("eve");
    expect((await visit(guard)).result).toEqual(passed);
  });

  it("denies anonymous visitors without calling the predicate", async () => {
    const { visit } = setUp();
    await visit((session) => session.set("role", "admin"));
    expect((await visit(requireAdmin)).result).toEqual(anonymous);
  });

  it("passes only for true, not for a truthy value or an exception", async () => {
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
  it("returns the first reason and does not call later guards", async () => {
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

  it("requires a login even without guards", async () => {
    const { visit } = setUp();
    expect((await visit(requireAll())).result).toEqual(anonymous);
  });
});
