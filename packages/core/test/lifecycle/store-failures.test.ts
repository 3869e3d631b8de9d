import { memoryStore, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import { browser, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** An application over a store that can be broken. What it throws reaches the test. */
function setUp(options: { commitOnError?: boolean } = {}) {
  const store = faultyStore(memoryStore());
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({
    mode: serverSide(store, { timeout: 0.02 }),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const client = browser({
    fetch: sessions.wrap(async (request, pending) => {
      const { pathname, searchParams } = new URL(request.url);
      const session = await pending;
      switch (pathname) {
        case "/write":
          session.set("value", searchParams.get("value") ?? "written");
          break;
        case "/login":
          session.bind("eve");
          break;
        case "/regenerate":
          session.regenerate();
          break;
        case "/destroy":
          session.destroy();
          break;
      }
      if (searchParams.has("throw")) throw new Error("the handler's own");
      return Response.json(
        { value: session.get("value"), subject: session.subject },
        { status: Number(searchParams.get("status") ?? 200) },
      );
    }),
  });
  const read = async (who = client) => (await who.fetch("/read")).json();
  return { store, events, sessions, client, read };
}

describe("a store that fails", () => {
  for (const fault of ["throw-before", "throw-after", "hang"] as const) {
    it(`SEC-42 fails the read with STORE_FAILED and its cause (${fault}), and not the next one`, async () => {
      const { store, client, read } = setUp();
      await client.fetch("/write");
      store.failNext("load", fault);
      const failure = await client.fetch("/read").catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "STORE_FAILED", cause: expect.any(Error) });
      expect(await read()).toEqual({ value: "written" });
    });

    for (const path of ["/login", "/regenerate"]) {
      for (const operation of ["create", "delete"] as const) {
        it(`SEC-05 SEC-42 hands out no new id when ${operation} fails on ${path} (${fault})`, async () => {
          const { store, client, sessions, read } = setUp();
          await client.fetch("/write");
          const cookie = await client.cookieHeader();
          store.failNext(operation, fault);
          await expect(client.fetch(path)).rejects.toMatchObject({ code: "STORE_FAILED" });
          expect(await client.cookieHeader()).toBe(cookie);
          // What was created for it is taken back where that is known: a lost answer to create leaves a session whose
          // id nobody has, until it expires.
          const isUnknown = operation === "create" && fault === "throw-after" && path === "/login";
          expect(await sessions.list("eve")).toHaveLength(isUnknown ? 1 : 0);
          expect(await read()).toEqual(operation === "delete" && fault === "throw-after" ? {} : { value: "written" });
        });
      }
    }
  }

  it("lets a handler answer for it, without a second error", async () => {
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

  it("SEC-42 treats a half-written session as none, and adopts nothing of it", async () => {
    const inner = memoryStore();
    const { client, read, events, torn } = (() => {
      let isTorn = false;
      const store = {
        ...inner,
        load: async (key: string) => {
          const found = await inner.load(key);
          return found && isTorn ? { ...found, data: found.data.slice(0, -3) } : found;
        },
      };
      const seen: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: serverSide(store), onEvent: (event) => seen.push(event) });
      const visitor = browser({
        fetch: sessions.wrap(async (request, pending) => {
          const session = await pending;
          if (request.url.endsWith("/write")) session.bind("eve");
          return Response.json(session.subject ?? null);
        }),
      });
      return {
        client: visitor,
        events: seen,
        read: async () => (await visitor.fetch("/read")).json(),
        torn: (value: boolean) => {
          isTorn = value;
        },
      };
    })();
    await client.fetch("/write");
    torn(true);
    expect(await read()).toBeNull();
    expect(events).toContainEqual({ type: "rejected", reason: "invalid-data" });
    torn(false);
    expect(await read()).toBe("eve");
  });

  it("reports a logout that failed after the handler threw, together with what it threw", async () => {
    const { store, client } = setUp();
    await client.fetch("/write");
    store.failNext("delete", "throw-before");
    const failure = await client.fetch("/destroy?throw").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toMatchObject([
      { message: "the handler's own" },
      { code: "STORE_FAILED" },
    ]);
  });
});

describe("a handler that fails", () => {
  for (const failure of ["throw", "status=500", "status=503"]) {
    it(`keeps nothing of what it wrote (${failure})`, async () => {
      const { client, read } = setUp();
      await client.fetch("/write?value=before");
      await client.fetch(`/write?value=after&${failure}`).catch(() => undefined);
      expect(await read()).toEqual({ value: "before" });
    });

    it(`SEC-05 keeps the old id and logs nobody in (${failure})`, async () => {
      const { client, read, sessions } = setUp();
      await client.fetch("/write");
      await client.fetch(`/login?${failure}`).catch(() => undefined);
      expect(await read()).toEqual({ value: "written" });
      expect(await sessions.list("eve")).toEqual([]);
    });

    it(`SEC-22 is logged out when it said so (${failure})`, async () => {
      const { client, read, events } = setUp();
      await client.fetch("/login");
      const thief = await client.clone();
      await client.fetch(`/destroy?${failure}`).catch(() => undefined);
      expect(await read(thief)).toEqual({});
      expect(events.at(-2)).toMatchObject({ type: "destroyed" });
    });

    it(`keeps what it wrote with commitOnError, as far as no cookie is needed (${failure})`, async () => {
      const { client, read } = setUp({ commitOnError: true });
      await client.fetch("/write?value=before");
      await client.fetch(`/write?value=after&${failure}`).catch(() => undefined);
      expect(await read()).toEqual({ value: "after" });
    });
  }

  it("SEC-22 is logged out when it said so and then returned nothing", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const client = browser({
      fetch: sessions.wrap(async (request, pending) => {
        const session = await pending;
        if (request.url.endsWith("/login")) session.bind("eve");
        if (request.url.endsWith("/forgetful")) return session.destroy() as unknown as Response;
        return Response.json(session.subject ?? null);
      }),
    });
    await client.fetch("/login");
    await expect(client.fetch("/forgetful")).rejects.toMatchObject({ code: "NO_RESPONSE" });
    expect(await (await client.fetch("/")).json()).toBeNull();
  });

  it("throws on what it threw", async () => {
    const { client } = setUp();
    await expect(client.fetch("/write?throw")).rejects.toThrow("the handler's own");
  });

  it("counts a 4xx as an answer", async () => {
    const { client, read } = setUp();
    await client.fetch("/write?status=404");
    expect(await read()).toEqual({ value: "written" });
  });
});

for (const { name, mode } of modes()) {
  describe(`a response that can carry no cookie, ${name}`, () => {
    const upgrade = () => Object.defineProperty(new Response(null), "status", { value: 101 });

    it("passes untouched, and says what was not kept", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const response = upgrade();
      const result = await sessions.handle(new Request("https://localhost/"), async (pending) => {
        (await pending).set("a", 1);
        return response;
      });
      expect(result).toBe(response);
      expect([...response.headers.keys()]).toEqual([]);
      expect(events).toEqual([{ type: "write-dropped", id: undefined, reason: "undeliverable" }]);
    });

    it("passes untouched when the session was only read", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const response = upgrade();
      const result = await sessions.handle(new Request("https://localhost/"), async (pending) => {
        expect((await pending).get("a")).toBeUndefined();
        return response;
      });
      expect(result).toBe(response);
      expect(events).toEqual([]);
    });
  });
}

describe("a manager that is given something else than a request", () => {
  for (const wrong of [undefined, {}, { headers: {} }, { url: "/", headers: { cookie: "" } }]) {
    it(`says what it needs: ${JSON.stringify(wrong)}`, async () => {
      const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
      await expect(sessions.open(wrong as unknown as Request)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    });
  }
});

describe("an event listener", () => {
  it("fails the request with what it throws", async () => {
    const sessions = new SessionManager({
      mode: serverSide(memoryStore()),
      onEvent: () => {
        throw new Error("the audit log is full");
      },
    });
    const writing = sessions.handle(new Request("https://localhost/"), async (pending) => {
      (await pending).set("a", 1);
      return new Response();
    });
    await expect(writing).rejects.toThrow("the audit log is full");
  });
});
