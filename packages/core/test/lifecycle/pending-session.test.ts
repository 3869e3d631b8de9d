import { encryptedCookie, memoryStore, type Session, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { modes, secret, visitor } from "@coatcheck/test-support";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

const NO_CALLS = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every member of a session. The type of a pending session has none of them. */
const MEMBERS: Record<string, (session: Session) => unknown> = {
  get: (session) => session.get("cart"),
  set: (session) => session.set("theme", "dark"),
  has: (session) => session.has("cart"),
  delete: (session) => session.delete("cart"),
  take: (session) => session.take("cart"),
  clear: (session) => session.clear(),
  entries: (session) => session.entries(),
  size: (session) => session.size,
  update: (session) => session.update("count", (n) => Number(n ?? 0) + 1),
  flash: (session) => session.flash("notice", "saved"),
  flashed: (session) => session.flashed("notice"),
  bind: (session) => session.bind("eve"),
  regenerate: (session) => session.regenerate(),
  destroy: (session) => session.destroy(),
  id: (session) => session.id,
  isNew: (session) => session.isNew,
  subject: (session) => session.subject,
  createdAt: (session) => session.createdAt,
  expiresAt: (session) => session.expiresAt,
  authenticatedAt: (session) => session.authenticatedAt,
  persistent: (session) => {
    session.persistent = true;
  },
};

describe("PendingSession", () => {
  for (const [member, use] of Object.entries(MEMBERS)) {
    it(`throws SESSION_NOT_AWAITED for ${member} in code without types`, () => {
      const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
      const pending = sessions.open(new Request("https://localhost/")) as unknown as Session;
      let thrown: unknown;
      try {
        use(pending);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({
        code: "SESSION_NOT_AWAITED",
        message: expect.stringContaining("await pending"),
      });
      expect((thrown as Error).message).toContain(member);
    });
  }

  it("loads the session once, however often it is awaited", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const { visit, client } = visitor(sessions);
    await visit((session) => session.set("theme", "dark"));
    store.resetCalls();
    const headers = { cookie: await client.cookieHeader() };
    const pending = sessions.open(new Request("https://localhost/", { headers }));
    const awaited = await Promise.all([pending, pending, pending]);
    expect(new Set([...awaited, await pending]).size).toBe(1);
    expect(store.calls).toEqual({ ...NO_CALLS, load: 1 });
  });

  it("does no crypto and leaves the response unchanged when it is not awaited, in every mode", async () => {
    const store = faultyStore(memoryStore());
    const secrets = secret();
    for (const mode of [serverSide(store, { secrets }), signedCookie({ secrets }), encryptedCookie({ secrets })]) {
      const sessions = new SessionManager({ mode });
      const cookie = await sessionTransaction(sessions, (session) => session.set("theme", "dark"));
      store.resetCalls();
      const spies = (
        ["digest", "sign", "verify", "encrypt", "decrypt", "importKey", "deriveKey", "deriveBits"] as const
      ).map((name) => vi.spyOn(crypto.subtle, name));
      const response = new Response("untouched");
      const request = new Request("https://localhost/", { headers: { cookie } });
      expect(await sessions.handle(request, () => response)).toBe(response);
      expect(spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)).toBe(0);
      expect(store.calls).toEqual(NO_CALLS);
      expect([...response.headers.keys()]).not.toContain("vary");
      vi.restoreAllMocks();
    }
  });
});

for (const { name, mode } of modes()) {
  describe(`PendingSession, ${name}`, () => {
    it("throws SESSION_COMMITTED when the session is first awaited after its commit", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const pending = sessions.open(new Request("https://localhost/"));
      const response = new Response();
      expect(await sessions.commit(pending, response)).toBe(response);
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(Promise.resolve(pending)).rejects.toMatchObject({
          code: "SESSION_COMMITTED",
          message: expect.stringContaining("Await the session before"),
        });
      }
    });
  });
}

describe("SessionManager.open", () => {
  for (const [title, wrong] of Object.entries({
    undefined: undefined,
    "an empty object": {},
    "headers without get": { headers: {} },
    "a request of Node": { url: "/", headers: { cookie: "" } },
  })) {
    it(`rejects an argument that is not a Request: ${title}`, async () => {
      const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
      await expect(sessions.open(wrong as unknown as Request)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    });
  }
});
