import { encryptedCookie, memoryStore, type Session, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts every call of WebCrypto that takes work. */
function countCrypto(): () => number {
  const spies = (
    ["digest", "sign", "verify", "encrypt", "decrypt", "importKey", "deriveKey", "deriveBits"] as const
  ).map((name) => vi.spyOn(crypto.subtle, name));
  return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
}

const write = async (session: { set(key: string, value: unknown): void }) => session.set("a", { deep: 1 });

describe("a session that nobody awaits", () => {
  it("does no crypto and returns the response as it came, in every mode", async () => {
    const store = faultyStore(memoryStore());
    const secrets = secret();
    for (const mode of [serverSide(store, { secrets }), signedCookie({ secrets }), encryptedCookie({ secrets })]) {
      const sessions = new SessionManager({ mode });
      const cookie = await sessionTransaction(sessions, write);
      store.resetCalls();
      const count = countCrypto();
      const response = new Response("untouched");
      const request = new Request("https://localhost/", { headers: { cookie } });
      expect(await sessions.handle(request, () => response)).toBe(response);
      expect(count()).toBe(0);
      expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
      expect([...response.headers.keys()]).not.toContain("vary");
      vi.restoreAllMocks();
    }
  });
});

describe("keys", () => {
  it("are derived once per manager, however many requests come at once", async () => {
    for (const make of [signedCookie, encryptedCookie]) {
      const sessions = new SessionManager({ mode: make({ secrets: [secret(), secret()] }) });
      const derive = vi.spyOn(crypto.subtle, "deriveKey");
      await Promise.all(Array.from({ length: 10 }, () => sessionTransaction(sessions, write)));
      expect(derive).toHaveBeenCalledTimes(2);
      vi.restoreAllMocks();
    }
  });
});

describe("store operations", () => {
  const NOTHING = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };

  async function count(act: (session: Session) => unknown, after = 0) {
    let now = 0;
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store), now: () => now });
    const cookie = await sessionTransaction(sessions, write);
    store.resetCalls();
    now += after * 1000;
    await sessionTransaction(sessions, act, { cookie });
    return store.calls;
  }

  it("are one read when nothing changed", async () => {
    expect(await count((session) => session.get("a"))).toEqual({ ...NOTHING, load: 1 });
    expect(await count((session) => session.set("a", { deep: 1 }))).toEqual({ ...NOTHING, load: 1 });
  });

  it("are one read and one touch past the touch interval, and no write of data", async () => {
    expect(await count((session) => session.get("a"), 2.4 * 3600 - 1)).toEqual({ ...NOTHING, load: 1 });
    expect(await count((session) => session.get("a"), 2.4 * 3600)).toEqual({ ...NOTHING, load: 1, touch: 1 });
  });

  it("are one read and one write when something changed", async () => {
    expect(await count((session) => session.set("b", 2))).toEqual({ ...NOTHING, load: 1, update: 1 });
    expect(await count((session) => Object.assign(session.get("a") as object, { deep: 2 }))).toEqual({
      ...NOTHING,
      load: 1,
      update: 1,
    });
  });

  it("are one more for a new id", async () => {
    expect(await count((session) => session.regenerate())).toEqual({ ...NOTHING, load: 1, create: 1, delete: 1 });
    expect(await count((session) => session.bind("eve"))).toEqual({ ...NOTHING, load: 1, create: 1, delete: 1 });
  });

  it("are one read and one delete for a logout", async () => {
    expect(await count((session) => session.destroy())).toEqual({ ...NOTHING, load: 1, delete: 1 });
  });

  it("are none for a visitor who writes nothing, and one for the first write", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    await sessionTransaction(sessions, (session) => session.get("a"));
    expect(store.calls).toEqual(NOTHING);
    await sessionTransaction(sessions, write);
    expect(store.calls).toEqual({ ...NOTHING, create: 1 });
  });
});
