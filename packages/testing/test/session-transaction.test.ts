import { encryptedCookie, memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const secrets = `${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}canary`;

async function read(sessions: SessionManager<Data>, cookie: string): Promise<unknown> {
  const request = new Request("https://localhost/", { headers: { cookie } });
  const response = await sessions.handle(request, async (pending) => {
    const session = await pending;
    return Response.json([session.get("cart"), session.subject, session.flashed("notice")]);
  });
  return response.json();
}

interface Data {
  cart: string[];
}

const MODES = {
  "server-side": () => serverSide(memoryStore()),
  "signed cookie": () => signedCookie({ secrets, chunks: 3 }),
  "encrypted cookie": () => encryptedCookie({ secrets }),
};

for (const [name, mode] of Object.entries(MODES)) {
  describe(`sessionTransaction, ${name}`, () => {
    it("makes a session, and gives the Cookie header to send", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => {
        session.set("cart", ["book"]);
        session.flash("notice", "hello");
        session.bind("eve");
      });
      expect(await read(sessions, cookie)).toEqual([["book"], "eve", "hello"]);
    });

    it("edits a session", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const before = await sessionTransaction(sessions, (session) => session.set("cart", ["book"]));
      const after = await sessionTransaction(sessions, async (session) => session.get("cart")?.push("pen"), {
        cookie: before,
      });
      expect(await read(sessions, after)).toEqual([["book", "pen"], null, null]);
    });

    it("gives no cookie for a session that it ended", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => session.set("cart", ["book"]));
      expect(await sessionTransaction(sessions, (session) => session.destroy(), { cookie })).toBe("");
    });
  });
}

describe("sessionTransaction", () => {
  it("saves nothing when the callback throws, and throws on", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager<Data>({ mode: serverSide(store) });
    const failing = sessionTransaction(sessions, (session) => {
      session.set("cart", ["book"]);
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("carries a session that is spread over several cookies", async () => {
    const sessions = new SessionManager<Data>({ mode: signedCookie({ secrets, chunks: 4 }) });
    const cart = ["x".repeat(7000)];
    const before = await sessionTransaction(sessions, (session) => session.set("cart", cart));
    const after = await sessionTransaction(sessions, (session) => session.bind("eve"), { cookie: before });
    expect(await read(sessions, after)).toEqual([cart, "eve", null]);
  });
});
