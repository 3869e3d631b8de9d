import { memoryStore, type Session, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modes, shapeOf } from "@coatcheck/test-support";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

function request(cookie = ""): Request {
  return new Request("https://localhost/", { headers: cookie === "" ? {} : { Cookie: cookie } });
}

/** What comes of a response when the session was used like that while it was made. */
async function answer(
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
  describe(`response headers, ${name}`, () => {
    it("SEC-40 says that the response depends on the cookie, whatever was asked of the session", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const known = await sessionTransaction(sessions, write);
      for (const [accessor, act] of Object.entries(ACCESSORS)) {
        for (const cookie of ["", known]) {
          const headers = { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60" };
          const response = await answer(sessions, act, new Response(null, { headers }), cookie);
          expect(printable(response.headers), accessor).toEqual({
            vary: "Cookie",
            "cache-control": "public, max-age=60",
            "cdn-cache-control": "max-age=60",
          });
        }
      }
    });

    it("SEC-40 keeps every response with a session cookie out of shared caches", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const acts: Record<string, (session: Session) => unknown> = {
        write,
        "turn persistent": (session) => {
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
        const response = await answer(sessions, act, new Response(null, { headers }), cookie);
        expect(response.headers.getSetCookie().length, title).toBe(1);
        expect(response.headers.get("Cache-Control"), title).toBe("no-store");
        expect(response.headers.get("CDN-Cache-Control"), title).toBe("no-store");
        expect(response.headers.get("Vary"), title).toBe("Cookie");
      }
    });

    it("returns the very response that the handler made, with the headers set on it", async () => {
      const response = new Response("hello", { status: 201, statusText: "Made", headers: { "X-Mine": "1" } });
      const { body } = response;
      const result = await answer(new SessionManager({ mode: mode() }), write, response);
      expect(result).toBe(response);
      expect(result.body).toBe(body);
      expect([result.status, result.statusText, result.headers.get("X-Mine")]).toEqual([201, "Made", "1"]);
      expect(await result.text()).toBe("hello");
    });

    it("copies a redirect, whose headers may be immutable, with all it says", async () => {
      for (const act of [read, write]) {
        const redirect = Response.redirect("https://localhost/next", 303);
        const response = await answer(new SessionManager({ mode: mode() }), act, redirect);
        expect([response.status, response.headers.get("Location")]).toEqual([303, "https://localhost/next"]);
        expect(response.headers.get("Vary")).toBe("Cookie");
        expect(response.headers.getSetCookie().length).toBe(act === write ? 1 : 0);
      }
    });

    it("commits on statuses without a body", async () => {
      for (const status of [204, 205, 304]) {
        const response = await answer(new SessionManager({ mode: mode() }), write, new Response(null, { status }));
        expect([response.status, response.body]).toEqual([status, null]);
        expect(response.headers.getSetCookie().length).toBe(1);
      }
    });

    it("SEC-40 copies an immutable response completely: Vary merged, cookies in order, caching forbidden", async () => {
      const headers = new Headers({ Vary: "Origin", "Cache-Control": "public", "Surrogate-Control": "max-age=9" });
      headers.append("Set-Cookie", "a=1");
      headers.append("Set-Cookie", "b=2");
      const original = immutable(new Response("hello", { status: 202, statusText: "Fine", headers }));
      const response = await answer(new SessionManager({ mode: mode() }), write, original);
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

/** A response as `fetch` gives it: its headers refuse to be changed. Not every runtime can make one without a network. */
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

/** A manager over a store that counts, with what it tells. */
function start() {
  const store = faultyStore(memoryStore());
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ mode: serverSide(store), onEvent: (event) => events.push(event) });
  return { store, events, sessions };
}

describe("Vary", () => {
  const merged: Record<string, readonly string[]> = {
    "Accept-Encoding": ["accept-encoding", "cookie"],
    "Accept-Encoding, Origin": ["accept-encoding", "cookie", "origin"],
    Cookie2: ["cookie", "cookie2"],
    "X-Cookie": ["cookie", "x-cookie"],
    "": ["cookie"],
    cookie: ["cookie"],
    COOKIE: ["cookie"],
    "Origin,\tCooKie ,Accept": ["accept", "cookie", "origin"],
    "*": ["*"],
    " * ": ["*"],
    "Origin, *": ["*", "origin"],
  };
  for (const [vary, expected] of Object.entries(merged)) {
    it(`SEC-40 adds Cookie to ${JSON.stringify(vary)} unless that says so already`, async () => {
      const { sessions } = start();
      for (const act of [read, write]) {
        const response = await answer(sessions, act, new Response(null, { headers: { Vary: vary } }));
        expect(fieldsOf(response.headers.get("Vary"))).toEqual(expected);
      }
    });
  }

  it("SEC-40 is added to several Vary headers", async () => {
    const headers = new Headers({ Vary: "Origin" });
    headers.append("Vary", "Accept");
    const response = await answer(start().sessions, read, new Response(null, { headers }));
    expect(fieldsOf(response.headers.get("Vary"))).toEqual(["accept", "cookie", "origin"]);
  });

  it("SEC-40 is there when the session was awaited by somebody who did not wait for it", async () => {
    const { sessions } = start();
    const response = await sessions.handle(request(), (pending) => {
      pending.then(() => undefined);
      return new Response(null);
    });
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("SEC-40 is there when the store failed and the handler answered all the same", async () => {
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
    it(`SEC-40 stays ${JSON.stringify(value)} beside a session cookie: no shared cache keeps that`, async () => {
      const { sessions } = start();
      const response = await answer(sessions, write, new Response(null, { headers: { "Cache-Control": value } }));
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
    it(`SEC-40 ${JSON.stringify(value)} gives way to no-store beside a session cookie`, async () => {
      const { sessions } = start();
      const response = await answer(sessions, write, new Response(null, { headers: { "Cache-Control": value } }));
      expect(response.headers.get("Cache-Control")).toBe("no-store");
    });
  }

  it("SEC-40 is not taken for private by what stands in a quoted string with escaped quotes", async () => {
    const headers = { "Cache-Control": String.raw`max-age=60, ext="a\", private, \"b"` };
    const response = await answer(start().sessions, write, new Response(null, { headers }));
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  });

  for (const cacheControl of [undefined, "private", "public"]) {
    it(`SEC-40 for a CDN alone becomes no-store as well, beside ${cacheControl ?? "no"} Cache-Control`, async () => {
      for (const name of TARGETED) {
        const headers = new Headers({ [name]: "public, max-age=600" });
        if (cacheControl !== undefined) headers.set("Cache-Control", cacheControl);
        const response = await answer(start().sessions, write, new Response(null, { headers }));
        expect(TARGETED.map((header) => response.headers.get(header))).toEqual(
          TARGETED.map((header) => (header === name ? "no-store" : null)),
        );
      }
    });
  }
});

describe("a response", () => {
  it("is returned as it came when nobody awaited the session", async () => {
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

  it("that is Response.error() is returned untouched, and nothing is stored", async () => {
    const { store, sessions } = start();
    const response = Response.error();
    expect(await answer(sessions, write, response)).toBe(response);
    expect(printable(response.headers)).toEqual({});
    expect(store.calls.create).toBe(0);
  });

  const upgrades: Record<string, () => Response> = {
    "made by hand": () => Object.defineProperty(new Response(null), "status", { value: 101 }),
  };
  const { WebSocketPair } = globalThis as unknown as { WebSocketPair?: new () => Record<0 | 1, unknown> };
  if (WebSocketPair !== undefined) {
    upgrades["with a WebSocket"] = () =>
      new Response(null, { status: 101, webSocket: new WebSocketPair()[0] } as ResponseInit);
  }
  for (const [kind, upgrade] of Object.entries(upgrades)) {
    it(`of an upgrade (101), ${kind}, is returned untouched, with no session that it could not tell of`, async () => {
      const { store, events, sessions } = start();
      const response = upgrade();
      expect(await answer(sessions, write, response)).toBe(response);
      expect(printable(response.headers)).toEqual({});
      expect(store.calls.create).toBe(0);
      expect(events).toEqual([{ type: "write-dropped", id: undefined, reason: "undeliverable" }]);
    });

    it(`of an upgrade (101), ${kind}, lets a session that is there already be changed`, async () => {
      const { sessions } = start();
      const cookie = await sessionTransaction(sessions, write);
      const response = upgrade();
      expect(await answer(sessions, (session) => session.set("theme", "light"), response, cookie)).toBe(response);
      expect(printable(response.headers)).toEqual({});
      let theme: unknown;
      await answer(sessions, (session) => (theme = read(session)), new Response(null), cookie);
      expect(theme).toBe("light");
    });
  }

  it("with a stream is not read, whether it is returned or copied", async () => {
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
      const response = await answer(start().sessions, write, original);
      expect(pulls).toBe(0);
      expect(response.headers.getSetCookie().length).toBe(1);
      expect(response === original).toBe(prepare !== immutable);
      expect(await response.text()).toBe("1 2 3 ");
    }
  });

  it("that the handler forgot to return is an error with a code, and nothing is stored", async () => {
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

describe("a cookie of the application's own", () => {
  it("SEC-40 keeps a response out of shared caches, too, when the session was only read", async () => {
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
