import { memoryStore, type Session, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modes, shapeOf } from "@coatcheck/test-support";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

function request(cookie = ""): Request {
  return new Request("https://localhost/", { headers: cookie === "" ? {} : { Cookie: cookie } });
}

/** Commits a session to this response after `act` has used it. */
async function respond(
  sessions: SessionManager,
  act: (session: Session) => unknown,
  response: Response,
  cookie = "",
): Promise<Response> {
  return sessions.handle(request(cookie), async (pending) => {
    await act(await pending);
    return response;
  });
}

const read = (session: Session) => session.get("theme");
const write = (session: Session) => session.set("theme", "dark");

const ACCESSORS: Record<string, (session: Session) => unknown> = {
  "await alone": () => undefined,
  get: read,
  has: (session) => session.has("theme"),
  size: (session) => session.size,
  entries: (session) => [...session.entries()],
  flashed: (session) => session.flashed("notice"),
  id: (session) => session.id,
  isNew: (session) => session.isNew,
  subject: (session) => session.subject,
  createdAt: (session) => session.createdAt,
  expiresAt: (session) => session.expiresAt,
  authenticatedAt: (session) => session.authenticatedAt,
  persistent: (session) => session.persistent,
};

const TARGETED = ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control"];

for (const { name, mode } of modes()) {
  describe(`SessionManager.commit, ${name}`, () => {
    it("SEC-40 sets Vary: Cookie after any read of the session", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const known = await sessionTransaction(sessions, write);
      for (const [accessor, act] of Object.entries(ACCESSORS)) {
        for (const cookie of ["", known]) {
          const headers = { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60" };
          const response = await respond(sessions, act, new Response(null, { headers }), cookie);
          expect(printable(response.headers), accessor).toEqual({
            vary: "Cookie",
            "cache-control": "public, max-age=60",
            "cdn-cache-control": "max-age=60",
          });
        }
      }
    });

    it("SEC-40 sets Cache-Control: no-store on every response with a session cookie", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const acts: Record<string, (session: Session) => unknown> = {
        write,
        persistent: (session) => {
          session.persistent = true;
        },
        bind: (session) => session.bind("ann"),
        regenerate: (session) => session.regenerate(),
        destroy: (session) => session.destroy(),
        clear: (session) => session.clear(),
      };
      for (const [title, act] of Object.entries(acts)) {
        const cookie = title === "write" ? "" : await sessionTransaction(sessions, write);
        const headers = { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60" };
        const response = await respond(sessions, act, new Response(null, { headers }), cookie);
        expect(response.headers.getSetCookie().length, title).toBe(1);
        expect(response.headers.get("Cache-Control"), title).toBe("no-store");
        expect(response.headers.get("CDN-Cache-Control"), title).toBe("no-store");
        expect(response.headers.get("Vary"), title).toBe("Cookie");
      }
    });

    it("sets the headers on the handler's response and returns the same object", async () => {
      const response = new Response("hello", { status: 201, statusText: "Made", headers: { "X-Mine": "1" } });
      const { body } = response;
      const result = await respond(new SessionManager({ mode: mode() }), write, response);
      expect(result).toBe(response);
      expect(result.body).toBe(body);
      expect([result.status, result.statusText, result.headers.get("X-Mine")]).toEqual([201, "Made", "1"]);
      expect(await result.text()).toBe("hello");
    });

    it("copies a redirect whose headers are immutable", async () => {
      for (const act of [read, write]) {
        const redirect = Response.redirect("https://localhost/next", 303);
        const response = await respond(new SessionManager({ mode: mode() }), act, redirect);
        expect([response.status, response.headers.get("Location")]).toEqual([303, "https://localhost/next"]);
        expect(response.headers.get("Vary")).toBe("Cookie");
        expect(response.headers.getSetCookie().length).toBe(act === write ? 1 : 0);
      }
    });

    it("sets the cookie on responses with a status that forbids a body", async () => {
      for (const status of [204, 205, 304]) {
        const response = await respond(new SessionManager({ mode: mode() }), write, new Response(null, { status }));
        expect([response.status, response.body]).toEqual([status, null]);
        expect(response.headers.getSetCookie().length).toBe(1);
      }
    });

    it("SEC-40 copies a response with immutable headers, and merges its Vary, cookies and cache headers", async () => {
      const headers = new Headers({ Vary: "Origin", "Cache-Control": "public", "Surrogate-Control": "max-age=9" });
      headers.append("Set-Cookie", "a=1");
      headers.append("Set-Cookie", "b=2");
      const original = immutable(new Response("hello", { status: 202, statusText: "Fine", headers }));
      const response = await respond(new SessionManager({ mode: mode() }), write, original);
      expect([response.status, response.statusText]).toEqual([202, "Fine"]);
      expect(fieldsOf(response.headers.get("Vary"))).toEqual(["cookie", "origin"]);
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(response.headers.get("Surrogate-Control")).toBe("no-store");
      expect(response.headers.getSetCookie().map(shapeOf)).toEqual([
        "a=…",
        "b=…",
        "__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax",
      ]);
      expect(await response.text()).toBe("hello");
    });
  });
}

/** A response with immutable headers, as `fetch` returns it. Not every runtime can make one without a network. */
function immutable(response: Response): Response {
  const refuse = () => {
    throw new TypeError("immutable");
  };
  for (const method of ["set", "append", "delete"]) Object.defineProperty(response.headers, method, { value: refuse });
  return response;
}

/** All headers, without the values of cookies. */
function printable(headers: Headers): Record<string, string | undefined> {
  return Object.fromEntries([...headers].map(([key, value]) => [key, key === "set-cookie" ? shapeOf(value) : value]));
}

function fieldsOf(list: string | null): string[] {
  return (list ?? "")
    .split(",")
    .map((field) => field.trim().toLowerCase())
    .sort();
}

/** A manager, its store and its events. */
function start() {
  const store = faultyStore(memoryStore());
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ mode: serverSide(store), onEvent: (event) => events.push(event) });
  return { store, events, sessions };
}

describe("Vary", () => {
  for (const [title, vary, expected] of [
    ["of one field", "Accept-Encoding", ["accept-encoding", "cookie"]],
    ["of two fields", "Accept-Encoding, Origin", ["accept-encoding", "cookie", "origin"]],
    ["with a name that starts with Cookie", "Cookie2", ["cookie", "cookie2"]],
    ["with a name that ends with Cookie", "X-Cookie", ["cookie", "x-cookie"]],
    ["that is empty", "", ["cookie"]],
    ["in lower case", "cookie", ["cookie"]],
    ["in upper case", "COOKIE", ["cookie"]],
    ["in mixed case, between tabs and spaces", "Origin,\tCooKie ,Accept", ["accept", "cookie", "origin"]],
    ["of an asterisk only", "*", ["*"]],
    ["of an asterisk between spaces", " * ", ["*"]],
    ["of a field and an asterisk", "Origin, *", ["*", "origin"]],
  ] as const) {
    it(`SEC-40 adds Cookie once to a header ${title}`, async () => {
      const { sessions } = start();
      for (const act of [read, write]) {
        const response = await respond(sessions, act, new Response(null, { headers: { Vary: vary } }));
        expect(fieldsOf(response.headers.get("Vary"))).toEqual(expected);
      }
    });
  }

  it("SEC-40 adds Cookie to several headers", async () => {
    const headers = new Headers({ Vary: "Origin" });
    headers.append("Vary", "Accept");
    const response = await respond(start().sessions, read, new Response(null, { headers }));
    expect(fieldsOf(response.headers.get("Vary"))).toEqual(["accept", "cookie", "origin"]);
  });

  it("SEC-40 is set when the handler awaits the session after its response", async () => {
    const { sessions } = start();
    const response = await sessions.handle(request(), (pending) => {
      pending.then(() => undefined);
      return new Response(null);
    });
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("SEC-40 is set when the store fails and the handler returns a response", async () => {
    const { store, sessions } = start();
    const cookie = await sessionTransaction(sessions, write);
    store.failNext("load", "throw-before");
    const response = await sessions.handle(request(cookie), async (pending) => {
      const said = await pending.then(
        () => "loaded",
        () => "later",
      );
      return new Response(said);
    });
    expect(await response.text()).toBe("later");
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(response.headers.getSetCookie().length).toBe(0);
  });
});

describe("Cache-Control", () => {
  const sufficient = ["private", "no-store", "max-age=60, PRIVATE", "No-Store,private", "private , max-age=5"];
  for (const value of sufficient) {
    it(`SEC-40 is kept with a session cookie when it forbids shared caches: '${value}'`, async () => {
      const { sessions } = start();
      const response = await respond(sessions, write, new Response(null, { headers: { "Cache-Control": value } }));
      expect(response.headers.get("Cache-Control")).toBe(value);
    });
  }

  const insufficient = [
    "public, max-age=60",
    "s-maxage=60",
    "no-cache",
    "must-revalidate",
    'private="set-cookie"',
    'private="set-cookie, x", max-age=60',
    "private=set-cookie",
    'no-cache="x, private, y"',
    "x-private, no-storeroom",
    "",
  ];
  for (const value of insufficient) {
    it(`SEC-40 becomes no-store with a session cookie when it allows shared caches: '${value}'`, async () => {
      const { sessions } = start();
      const response = await respond(sessions, write, new Response(null, { headers: { "Cache-Control": value } }));
      expect(response.headers.get("Cache-Control")).toBe("no-store");
    });
  }

  it("SEC-40 becomes no-store when private is only part of a quoted string with escaped quotes", async () => {
    const headers = { "Cache-Control": String.raw`max-age=60, ext="a\", private, \"b"` };
    const response = await respond(start().sessions, write, new Response(null, { headers }));
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  });

  for (const cacheControl of [undefined, "private", "public"]) {
    it(`SEC-40 of CDNs becomes no-store with a session cookie, next to ${cacheControl ?? "no"} Cache-Control`, async () => {
      for (const name of TARGETED) {
        const headers = new Headers({ [name]: "public, max-age=600" });
        if (cacheControl !== undefined) headers.set("Cache-Control", cacheControl);
        const response = await respond(start().sessions, write, new Response(null, { headers }));
        expect(TARGETED.map((header) => response.headers.get(header))).toEqual(
          TARGETED.map((header) => (header === name ? "no-store" : null)),
        );
      }
    });
  }
});

describe("SessionManager.handle", () => {
  it("returns the same, unchanged response when the session was not awaited", async () => {
    const { store, sessions } = start();
    const cookie = await sessionTransaction(sessions, write);
    store.resetCalls();
    const plain = new Response("plain", { headers: { Vary: "Origin", "Set-Cookie": "a=1" } });
    for (const response of [plain, Response.redirect("https://localhost/"), Response.error()]) {
      const before = printable(response.headers);
      for (const header of ["", cookie, `${cookie}; ${cookie}`, "__Host-session=../"]) {
        expect(await sessions.handle(request(header), () => response)).toBe(response);
      }
      expect(printable(response.headers)).toEqual(before);
    }
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("returns the result of Response.error unchanged and stores nothing", async () => {
    const { store, sessions } = start();
    const response = Response.error();
    expect(await respond(sessions, write, response)).toBe(response);
    expect(printable(response.headers)).toEqual({});
    expect(store.calls.create).toBe(0);
  });

  const upgrades: Record<string, () => Response> = {
    "without a WebSocket": () => Object.defineProperty(new Response(null), "status", { value: 101 }),
  };
  const { WebSocketPair } = globalThis as unknown as { WebSocketPair?: new () => Record<0 | 1, unknown> };
  if (WebSocketPair !== undefined) {
    upgrades["with a WebSocket"] = () =>
      new Response(null, { status: 101, webSocket: new WebSocketPair()[0] } as ResponseInit);
  }
  for (const [kind, upgrade] of Object.entries(upgrades)) {
    it(`returns a 101 response unchanged and stores no new session, ${kind}`, async () => {
      const { store, events, sessions } = start();
      const response = upgrade();
      expect(await respond(sessions, write, response)).toBe(response);
      expect(printable(response.headers)).toEqual({});
      expect(store.calls.create).toBe(0);
      expect(events).toEqual([{ type: "write-dropped", id: undefined, reason: "undeliverable" }]);
    });

    it(`returns a 101 response unchanged and saves changes of an existing session, ${kind}`, async () => {
      const { sessions } = start();
      const cookie = await sessionTransaction(sessions, write);
      const response = upgrade();
      expect(await respond(sessions, (session) => session.set("theme", "light"), response, cookie)).toBe(response);
      expect(printable(response.headers)).toEqual({});
      let theme: unknown;
      await respond(sessions, (session) => (theme = read(session)), new Response(null), cookie);
      expect(theme).toBe("light");
    });
  }

  it("does not read a stream, whether the response is returned or copied", async () => {
    for (const prepare of [(response: Response) => response, immutable]) {
      let pulls = 0;
      const stream = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulls += 1;
            if (pulls > 3) controller.close();
            else controller.enqueue(new TextEncoder().encode(`${pulls} `));
          },
        },
        { highWaterMark: 0 },
      );
      const original = prepare(new Response(stream));
      const response = await respond(start().sessions, write, original);
      expect(pulls).toBe(0);
      expect(response.headers.getSetCookie().length).toBe(1);
      expect(response === original).toBe(prepare !== immutable);
      expect(await response.text()).toBe("1 2 3 ");
    }
  });

  it("throws NO_RESPONSE and stores nothing when the handler returns no response", async () => {
    const { store, sessions } = start();
    for (const nothing of [undefined, null, "text", {}]) {
      const forgetful = sessions.wrap(async (_request, pending) => {
        write(await pending);
        return nothing as unknown as Response;
      });
      await expect(forgetful(request())).rejects.toMatchObject({ code: "NO_RESPONSE" });
      await expect(sessions.handle(request(), () => nothing as unknown as Response)).rejects.toMatchObject({
        code: "NO_RESPONSE",
      });
    }
    expect(store.calls.create).toBe(0);
  });
});

describe("a cookie of the application", () => {
  it("SEC-40 sets Cache-Control: no-store when the session was only read", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const visit = (isRead: boolean) =>
      sessions.handle(new Request("https://localhost/"), async (pending) => {
        if (isRead) await pending;
        return new Response(null, { headers: { "Set-Cookie": "a=1", "Cache-Control": "public, max-age=60" } });
      });
    expect((await visit(true)).headers.get("Cache-Control")).toBe("no-store");
    expect((await visit(true)).headers.getSetCookie()).toEqual(["a=1"]);
    expect((await visit(false)).headers.get("Cache-Control")).toBe("public, max-age=60");
  });
});
