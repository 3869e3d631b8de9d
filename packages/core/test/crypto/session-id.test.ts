import { memoryStore, type SessionEvent, SessionManager, type StoredSession, serverSide } from "@coatcheck/core";
import { cookieValueOf, requestWith, secret, visitor } from "@coatcheck/test-support";
import { type FakeClock, fakeClock, faultyStore } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

const ID = /^[A-Za-z0-9_-]{43}$/;
const NO_CALLS = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

async function sha256(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** A well-formed id of no session. */
function unknownId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

describe("a session id", () => {
  it("SEC-01 encodes 32 random bytes as 43 base64url characters", async () => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const { visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    const { cookies } = await visit((session) => session.set("a", 1));
    const drawn = random.mock.calls.map(([bytes]) => bytes as Uint8Array<ArrayBuffer>);
    expect(drawn.map((bytes) => bytes.length)).toEqual([32]);
    expect(ID.test(cookieValueOf(cookies[0]))).toBe(true);
    expect(drawn.map(toBase64Url).includes(cookieValueOf(cookies[0]))).toBe(true);
  });

  it("SEC-01 is unique for each of 2,000 sessions, and so is the store key", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const ids = new Set<string>();
    const keys = new Set<string>();
    await Promise.all(
      Array.from({ length: 2_000 }, async () => {
        const session = await sessions.open(new Request("https://localhost/"));
        session.set("a", 1);
        const response = await sessions.commit(session, new Response());
        ids.add(cookieValueOf(response.headers.getSetCookie()[0]));
        keys.add(session.id ?? "");
      }),
    );
    expect([ids.size, keys.size]).toEqual([2_000, 2_000]);
    expect([...ids].every((id) => ID.test(id))).toBe(true);
  });

  it("SEC-01 is replaced by regenerate, by bind, and by a write after destroy", async () => {
    const { visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    const ids = new Set<string>();
    const { cookies } = await visit((session) => session.set("a", 1));
    ids.add(cookieValueOf(cookies[0]));
    for (const act of ["regenerate", "bind", "destroy"] as const) {
      const { cookies } = await visit((session) => {
        session[act]("eve");
        session.set("a", 2);
      });
      expect(cookies).toHaveLength(1);
      ids.add(cookieValueOf(cookies[0]));
    }
    expect(ids.size).toBe(4);
  });

  it("SEC-02 reaches the store and session.id only as its SHA-256", async () => {
    const store = memoryStore();
    const keys: string[] = [];
    const create = async (key: string, session: StoredSession) => {
      keys.push(key);
      return store.create(key, session);
    };
    const { visit } = visitor(new SessionManager({ mode: serverSide({ ...store, create }) }));
    const { cookies } = await visit((session) => session.set("a", 1));
    const { result: id } = await visit((session) => session.id);
    const hash = await sha256(cookieValueOf(cookies[0]));
    expect(keys.length === 1 && keys[0] === hash && id === hash).toBe(true);
  });

  for (const [title, secrets] of [
    ["a plain id", undefined],
    ["a signed id", secret()],
  ] as const) {
    it(`SEC-02 SEC-41 reaches no store, event or error in the whole lifecycle of a session, ${title}`, async () => {
      const seen: string[] = [];
      const record = (value: unknown) => seen.push(JSON.stringify(value) ?? "");
      const clock = fakeClock();
      const faulty = faultyStore(recording(memoryStore(), record));
      const sessions = new SessionManager({
        mode: serverSide(faulty, secrets === undefined ? {} : { secrets }),
        now: clock.now,
        onEvent: record,
      });
      const ids = await runLifecycle(sessions, faulty, clock, (error) => seen.push(everythingIn(error)));
      expect(ids.size).toBeGreaterThan(5);

      const text = seen.join("\n");
      for (const word of ["created", "regenerated", "destroyed", "rejected", "revoked", "write-dropped", "load"]) {
        expect(text.includes(word), word).toBe(true);
      }
      expect(text.includes("connection refused"), "errors were recorded").toBe(true);
      const hashes = await Promise.all([...ids].map(sha256));
      expect(hashes.filter((hash) => text.includes(hash)).length, "hashes of ids that were recorded").toBe(ids.size);
      expect([...ids].filter((id) => text.includes(id)).length, "ids that were recorded").toBe(0);
    });
  }
});

/** Records every call with its arguments. */
function recording(store: ReturnType<typeof memoryStore>, record: (call: unknown) => void): typeof store {
  const recorded = Object.entries(store).map(([name, member]) => [
    name,
    typeof member !== "function"
      ? member
      : (...args: unknown[]) => {
          record([name, ...args]);
          return (member as (...args: unknown[]) => unknown)(...args);
        },
  ]);
  return Object.fromEntries(recorded);
}

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.name, error.message, error.stack, JSON.stringify(error), everythingIn(error.cause)].join("\n");
}

/** Runs a session through its whole lifecycle. Returns the ids that were sent in cookies. */
async function runLifecycle(
  sessions: SessionManager,
  store: ReturnType<typeof faultyStore>,
  clock: FakeClock,
  onError: (error: unknown) => void,
): Promise<Set<string>> {
  const ids = new Set<string>();
  const { client, visit } = visitor(sessions);
  const attempt = async (act: Parameters<typeof visit>[0]) => {
    try {
      const { cookies } = await visit(act);
      for (const value of cookies.map(cookieValueOf)) if (value !== "") ids.add(value.slice(0, 43));
    } catch (error) {
      onError(error);
    }
  };
  const write = () => attempt((session) => session.update("n", (n) => Number(n ?? 0) + 1));

  await write();
  await write();
  clock.advance(3 * 3600);
  await attempt((session) => session.get("n"));
  for (const operation of ["load", "touch", "update", "create", "delete"] as const) {
    clock.advance(3 * 3600);
    store.failNext(operation, "throw-before");
    if (operation === "touch") await attempt((session) => session.get("n"));
    else if (operation === "create" || operation === "delete") await attempt((session) => session.regenerate());
    else await write();
  }
  await attempt((session) => session.regenerate());
  await attempt((session) => session.bind("eve"));
  await attempt((session) => session.set("date", new Date()));
  await attempt((session) => session.set("large", "x".repeat(2_000_000)));
  // Two writes at the same time cause a conflict. Then a logout ends the session during a write.
  const pause = store.pauseNext("update");
  const slow = write();
  await pause.reached;
  await write();
  pause.resume();
  await slow;
  const late = store.pauseNext("update");
  const writer = write();
  await late.reached;
  await attempt(async (session) => {
    await sessions.revoke(session.id ?? "");
  });
  late.resume();
  await writer;
  await attempt((session) => session.get("n"));
  await write();
  await attempt((session) => session.bind("grace"));
  await sessions.revokeAll("grace");
  await write();
  await attempt((session) => session.destroy());
  await write();
  clock.advance(40 * 24 * 3600);
  await write();
  await client.setCookie(`__Host-session=${"%".repeat(43)}; Path=/; Secure`);
  await write();
  return ids;
}

describe("an unknown session id", () => {
  it("SEC-03 creates no row and gets no cookie, for 10,000 ids", async () => {
    const store = faultyStore(memoryStore());
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({ mode: serverSide(store), onEvent: (event) => events.push(event) });
    let cookies = 0;
    let adopted = 0;
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(
        Array.from({ length: 1_000 }, async () => {
          const response = await sessions.handle(requestWith(`__Host-session=${unknownId()}`), async (pending) => {
            const session = await pending;
            if (!session.isNew || session.id !== undefined) adopted += 1;
            return new Response(String(session.get("a")));
          });
          cookies += response.headers.getSetCookie().length;
        }),
      );
    }
    expect({ cookies, adopted }).toEqual({ cookies: 0, adopted: 0 });
    expect(store.calls).toEqual({ ...NO_CALLS, load: 10_000 });
    expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(0);
    expect(events).toHaveLength(10_000);
    expect(new Set(events.map((event) => JSON.stringify(event)))).toEqual(
      new Set([JSON.stringify({ type: "rejected", reason: "not-found" })]),
    );
  });

  it("SEC-03 is not adopted by a write, which starts a session with another id", async () => {
    const planted = unknownId();
    const { client, visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    await client.setCookie(`__Host-session=${planted}; Path=/; Secure`);
    const { cookies, result } = await visit((session) => {
      session.set("a", 1);
      return session;
    });
    expect(cookies).toHaveLength(1);
    expect(cookieValueOf(cookies[0]) === planted).toBe(false);
    expect(result.id === (await sha256(planted))).toBe(false);
  });

  it("SEC-03 SEC-05 is not adopted by a login", async () => {
    const planted = unknownId();
    const store = memoryStore();
    const { client, visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await client.setCookie(`__Host-session=${planted}; Path=/; Secure`);
    const { cookies } = await visit((session) => session.bind("eve"));
    expect(cookieValueOf(cookies[0]) === planted).toBe(false);
    expect(await store.load(await sha256(planted))).toBeNull();
  });
});

describe("the id of an expired session", () => {
  it("SEC-03 is not adopted by a write, which leaves the old row alone and starts a session with another id", async () => {
    const clock = fakeClock();
    const store = faultyStore(memoryStore());
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({
      mode: serverSide(store),
      now: clock.now,
      onEvent: (event) => events.push(event),
    });
    const { visit } = visitor(sessions);
    const before = await visit((session) => {
      session.set("a", 1);
      return session;
    });
    clock.advance(24 * 3600);
    events.length = 0;
    store.resetCalls();
    const after = await visit((session) => {
      const found = session.get("a");
      session.set("b", 2);
      return { session, found };
    });
    expect(after.result.found).toBeUndefined();
    expect(after.result.session.id === before.result.id).toBe(false);
    expect(cookieValueOf(after.cookies[0]) === cookieValueOf(before.cookies[0])).toBe(false);
    expect(store.calls).toEqual({ ...NO_CALLS, load: 1, create: 1 });
    expect(events.map((event) => (event.type === "rejected" ? event.reason : event.type))).toEqual([
      "expired",
      "created",
    ]);
    expect((await visit((session) => Object.fromEntries(session.entries()))).result).toEqual({ b: 2 });
  });

  it("SEC-03 creates no row and gets no cookie until something is written", async () => {
    const clock = fakeClock();
    const store = faultyStore(memoryStore());
    const { visit } = visitor(new SessionManager({ mode: serverSide(store), now: clock.now }));
    await visit((session) => session.set("a", 1));
    clock.advance(24 * 3600);
    store.resetCalls();
    expect((await visit((session) => session.isNew)).cookies).toEqual([]);
    expect(store.calls).toEqual({ ...NO_CALLS, load: 1 });
  });
});

/** Cookie values that are not ids, most of them as long as one. The names go into failure messages. */
const MALFORMED: Record<string, string> = {
  "a path upwards": "../../../../../../../../../../etc/passwd",
  "a path upwards, as long as an id": "../../".padEnd(43, "A"),
  "a path upwards, encoded": "%2e%2e%2f".padEnd(43, "A"),
  "a Windows path": "..\\..\\".padEnd(43, "A"),
  NUL: `${"A".repeat(42)}\0`,
  "NUL in the middle": `AAAA\0${"A".repeat(38)}`,
  "a line break": `AAAA\r\n${"A".repeat(37)}`,
  "double quotes": `"${"A".repeat(41)}"`,
  "quotes around a valid id": `"${"A".repeat(43)}"`,
  "a single quote": "'".padEnd(43, "A"),
  SQL: "' OR '1'='1' -- AAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "more SQL": "1) UNION SELECT data FROM sessions LIMIT 1--",
  "a Redis pattern": "*".padEnd(43, "A"),
  "a Redis command": "A\r\nFLUSHALL\r\n".padEnd(43, "A"),
  "a MongoDB operator": '{"$ne":null}'.padEnd(43, "A"),
  "non-ASCII": "é".padEnd(43, "A"),
  "Latin-1, as long as an id": "é".repeat(43),
  "a character beyond Latin-1": "\u{1f9e5}".padEnd(43, "A"),
  "a letter that looks like an A": "\u0410".padEnd(43, "A"),
  "a leading no-break space": `\u00a0${"A".repeat(42)}`,
  "a space inside": `AAAA ${"A".repeat(38)}`,
  "base64 with plus": "+".padEnd(43, "A"),
  "base64 with slash": "/".padEnd(43, "A"),
  "base64 with padding": `${"A".repeat(42)}=`,
  "base64 with padding, one longer": `${"A".repeat(43)}=`,
  "42 characters": "A".repeat(42),
  "44 characters": "A".repeat(44),
  "one character": "A",
  __proto__: "__proto__",
  "__proto__, as long as an id": "__proto__".padEnd(43, "_"),
  "the word undefined": "undefined",
  "a megabyte": "A".repeat(1_048_576),
  "a megabyte of dots": ".".repeat(1_048_576),
};

describe("a malformed session id", () => {
  for (const [kind, options] of [
    ["plain", {}],
    ["signed", { secrets: secret() }],
  ] as const) {
    it(`SEC-04 reaches no store and starts a new session, with ${kind} ids`, async () => {
      const store = faultyStore(memoryStore());
      const sessions = new SessionManager({ mode: serverSide(store, options) });
      const accepted: string[] = [];
      for (const [title, value] of Object.entries(MALFORMED)) {
        if (!(await isIgnored(sessions, value))) accepted.push(title);
      }
      expect(accepted).toEqual([]);
      expect(store.calls).toEqual(NO_CALLS);
    });
  }

  it("SEC-04 reaches no store when only the unused bits of the last character differ from a valid id", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const { client, visit } = visitor(sessions);
    await visit((session) => session.set("a", 1));
    const id = (await client.cookieHeader()).split("=")[1] ?? "";
    const last = BASE64URL.indexOf(id.slice(-1));
    expect(last % 4).toBe(0);
    store.resetCalls();
    for (const unusedBits of [1, 2, 3]) {
      const variant = id.slice(0, -1) + BASE64URL[last + unusedBits];
      expect(await isIgnored(sessions, variant), `unused bits ${unusedBits}`).toBe(true);
    }
    expect(store.calls).toEqual(NO_CALLS);
  });
});

/** Whether a request with this cookie value has a new session and gets no cookie. */
async function isIgnored(sessions: SessionManager, value: string): Promise<boolean> {
  const response = await sessions.handle(requestWith(`__Host-session=${value}`), async (pending) => {
    const session = await pending;
    return new Response(session.isNew && session.size === 0 ? "new" : "known");
  });
  return (await response.text()) === "new" && response.headers.getSetCookie().length === 0;
}
