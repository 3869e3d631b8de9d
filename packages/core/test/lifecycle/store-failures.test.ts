import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { browser, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** An application whose store fails on demand. Errors of the manager reach the test. */
function setUp() {
  const store = faultyStore(memoryStore());
  // Only a hanging operation takes that long: the memory store answers before any timer fires.
  const sessions = new SessionManager({ mode: serverSide(store, { timeout: 0.02 }) });
  const client = browser({
    fetch: sessions.wrap(async (request, pending) => {
      const { pathname, searchParams } = new URL(request.url);
      const session = await pending;
      if (pathname === "/write") session.set("value", "written");
      if (pathname === "/login") session.bind("eve");
      if (pathname === "/regenerate") session.regenerate();
      if (pathname === "/logout") session.destroy();
      if (searchParams.has("throw")) throw new Error("the handler failed");
      return Response.json({ value: session.get("value"), subject: session.subject });
    }),
  });
  const read = async () => (await client.fetch("/read")).json();
  return { store, sessions, client, read };
}

describe("a failing store", () => {
  for (const fault of ["throw-before", "throw-after", "hang"] as const) {
    describe(fault, () => {
      it("SEC-42 fails the request with STORE_FAILED and its cause when load fails, and not the next request", async () => {
        const { store, client, read } = setUp();
        await client.fetch("/write");
        store.failNext("load", fault);
        const failure = await client.fetch("/read").catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: "STORE_FAILED", cause: expect.any(Error) });
        expect(await read()).toEqual({ value: "written" });
      });

      for (const path of ["/login", "/regenerate"]) {
        for (const operation of ["create", "delete"] as const) {
          it(`SEC-05 SEC-42 sends no new id when ${operation} fails on ${path}`, async () => {
            const { store, client, sessions, read } = setUp();
            await client.fetch("/write");
            const cookie = await client.cookieHeader();
            store.failNext(operation, fault);
            await expect(client.fetch(path)).rejects.toMatchObject({ code: "STORE_FAILED" });
            expect(await client.cookieHeader()).toBe(cookie);
            // The manager deletes the session that it created. If the answer to create is lost, it does not know of the
            // session, which stays until it expires. No browser has its id.
            const isUnknown = operation === "create" && fault === "throw-after" && path === "/login";
            expect(await sessions.list("eve")).toHaveLength(isUnknown ? 1 : 0);
            expect(await read()).toEqual(operation === "delete" && fault === "throw-after" ? {} : { value: "written" });
          });
        }
      }
    });
  }

  it("lets the handler answer, and adds no second error", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const client = browser({
      fetch: sessions.wrap(async (_request, pending) => {
        try {
          const session = await pending;
          session.set("a", 1);
          return new Response("fine");
        } catch {
          return new Response("try again later", { status: 503 });
        }
      }),
    });
    await client.fetch("/");
    store.failNext("load", "throw-before");
    const response = await client.fetch("/");
    expect(response.status).toBe(503);
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("rejects with both errors when a logout fails after the handler threw", async () => {
    const { store, client } = setUp();
    await client.fetch("/write");
    store.failNext("delete", "throw-before");
    const failure = await client.fetch("/logout?throw").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toMatchObject([
      { message: "the handler failed" },
      { code: "STORE_FAILED" },
    ]);
  });
});
