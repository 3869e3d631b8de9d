import { encryptedCookie, memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { browser, faultyStore, sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const secrets = `${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}canary`;

interface Data {
  cart: string[];
}

function answer(sessions: SessionManager<Data>, request: Request): Promise<Response> {
  return sessions.handle(request, async (pending) => {
    const session = await pending;
    return Response.json([session.get("cart"), session.subject, session.flashed("notice")]);
  });
}

async function read(sessions: SessionManager<Data>, cookie: string): Promise<unknown> {
  return (await answer(sessions, new Request("https://localhost/", { headers: { cookie } }))).json();
}

const MODES = {
  "server-side": () => serverSide(memoryStore()),
  "signed cookie": () => signedCookie({ secrets, chunks: 3 }),
  "encrypted cookie": () => encryptedCookie({ secrets }),
};

for (const [name, mode] of Object.entries(MODES)) {
  describe(`sessionTransaction, ${name}`, () => {
    it("creates a session and returns its Cookie header", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => {
        session.set("cart", ["book"]);
        session.flash("notice", "hello");
        session.bind("eve");
      });
      expect(await read(sessions, cookie)).toEqual([["book"], "eve", "hello"]);
    });

    it("edits the session of a Cookie header", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const before = await sessionTransaction(sessions, (session) => session.set("cart", ["book"]));
      const after = await sessionTransaction(sessions, async (session) => session.get("cart")?.push("pen"), {
        cookie: before,
      });
      expect(await read(sessions, after)).toEqual([["book", "pen"], null, null]);
    });

    // The cookie was dropped: a Cookie header has neither the Path nor the Secure attribute that __Host- requires.
    it("C-49 gives its session to a browser through setCookie", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const client = browser({ fetch: (request) => answer(sessions, request) });
      await client.setCookie(await sessionTransaction(sessions, (session) => session.set("cart", ["book"])));
      expect(await (await client.fetch("/")).json()).toEqual([["book"], null, null]);
    });

    it("returns no cookie when the session has ended", async () => {
      const sessions = new SessionManager<Data>({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => session.set("cart", ["book"]));
      expect(await sessionTransaction(sessions, (session) => session.destroy(), { cookie })).toBe("");
    });
  });
}

describe("sessionTransaction", () => {
  it("saves nothing when the callback throws, and rethrows the error", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager<Data>({ mode: serverSide(store) });
    const failing = sessionTransaction(sessions, (session) => {
      session.set("cart", ["book"]);
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("supports sessions in several cookies", async () => {
    const sessions = new SessionManager<Data>({ mode: signedCookie({ secrets, chunks: 4 }) });
    const cart = ["x".repeat(7000)];
    const before = await sessionTransaction(sessions, (session) => session.set("cart", cart));
    const after = await sessionTransaction(sessions, (session) => session.bind("eve"), { cookie: before });
    expect(await read(sessions, after)).toEqual([cart, "eve", null]);
    const client = browser({ fetch: (request) => answer(sessions, request) });
    await client.setCookie(after);
    expect(await (await client.fetch("/")).json()).toEqual([cart, "eve", null]);
  });
});
