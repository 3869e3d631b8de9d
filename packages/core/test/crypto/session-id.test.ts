import { memoryStore, type SessionEvent, SessionManager, type StoredSession, serverSide } from "@coatcheck/core";
import { cookieValueOf, requestWith, secret, visitor } from "@coatcheck/test-support";
import { type FakeClock, fakeClock, faultyStore } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

const ID = /^[A-Za-z0-9_-]{43}$/;
const NOTHING = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

async function sha256(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** An id as this library makes them, that it has not made. */
function bogusId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

describe("session ids", () => {
  it("SEC-01 are 43 base64url characters, from 32 random bytes", async () => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const { visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    const { cookies } = await visit((session) => session.set("a", 1));
    const drawn = random.mock.calls.map(([bytes]) => bytes as Uint8Array<ArrayBuffer>);
    expect(drawn.map((bytes) => bytes.length)).toEqual([32]);
    expect(ID.test(cookieValueOf(cookies[0]))).toBe(true);
    expect(drawn.map(toBase64Url).includes(cookieValueOf(cookies[0]))).toBe(true);
  });

  it("SEC-01 are another one for each of 5,000 sessions, and so are the keys in the store", async () => {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const ids = new Set<string>();
    const keys = new Set<string>();
    await Promise.all(
      Array.from({ length: 5_000 }, async () => {
        const session = await sessions.open(new Request("https://localhost/"));
        session.set("a", 1);
        const response = await sessions.commit(session, new Response());
        ids.add(cookieValueOf(response.headers.getSetCookie()[0]));
        keys.add(session.id ?? "");
      }),
    );
    expect([ids.size, keys.size]).toEqual([5_000, 5_000]);
    expect([...ids].every((id) => ID.test(id))).toBe(true);
  });

  it("SEC-01 are drawn anew by regenerate, bind, and a write after destroy", async () => {
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

  it("SEC-02 are known to the store, and to session.id, by their SHA-256 only", async () => {
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
});

describe("the id of the cookie", () => {
  for (const secrets of [undefined, secret()]) {
    const title = secrets === undefined ? "" : ", signed,";
    it(`SEC-02 SEC-41 reaches no store, event or error${title} in the whole life of a session`, async () => {
      const seen: string[] = [];
      const note = (what: unknown) => seen.push(JSON.stringify(what) ?? "");
      const clock = fakeClock();
      const faulty = faultyStore(recording(memoryStore(), note));
      const sessions = new SessionManager({
        mode: serverSide(faulty, secrets === undefined ? {} : { secrets }),
        now: clock.now,
        onEvent: note,
      });
      const ids = await live(sessions, faulty, clock, (error) => seen.push(everythingIn(error)));
      expect(ids.size).toBeGreaterThan(5);

      const text = seen.join("\n");
      for (const word of ["created", "regenerated", "destroyed", "rejected", "revoked", "write-dropped", "load"]) {
        expect(text.includes(word), word).toBe(true);
      }
      expect(text.includes("connection refused"), "errors were collected").toBe(true);
      const hashes = await Promise.all([...ids].map(sha256));
      expect(hashes.filter((hash) => text.includes(hash)).length, "ids that were seen by hash").toBe(ids.size);
      expect([...ids].filter((id) => text.includes(id)).length, "ids that were seen as they are").toBe(0);
    });
  }
});

/** Tells of every call with its arguments, and fails as drivers do, with the key in the message. */
function recording(store: ReturnType<typeof memoryStore>, note: (call: unknown) => void): typeof store {
  const recorded = Object.entries(store).map(([name, member]) => [
    name,
    typeof member !== "function"
      ? member
      : (...args: unknown[]) => {
          note([name, ...args]);
          return (member as (...args: unknown[]) => unknown)(...args);
        },
  ]);
  return Object.fromEntries(recorded);
}

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.name, error.message, error.stack, JSON.stringify(error), everythingIn(error.cause)].join("\n");
}

/** Everything that can happen to a session; resolves to the ids that went out in cookies. */
async function live(
  sessions: SessionManager,
  store: ReturnType<typeof faultyStore>,
  clock: FakeClock,
  onError: (error: unknown) => void,
): Promise<Set<string>> {
  const ids = new Set<string>();
  const { client, visit } = visitor(sessions);
  const go = async (act: Parameters<typeof visit>[0]) => {
    try {
      const { cookies } = await visit(act);
      for (const value of cookies.map(cookieValueOf)) if (value !== "") ids.add(value.slice(0, 43));
    } catch (error) {
      onError(error);
    }
  };
  const write = () => go((session) => session.update("n", (n) => Number(n ?? 0) + 1));

  await write();
  await write();
  clock.advance(3 * 3600);
  await go((session) => session.get("n"));
  for (const operation of ["load", "touch", "update", "create", "delete"] as const) {
    clock.advance(3 * 3600);
    store.failNext(operation, "throw-before");
    if (operation === "touch") await go((session) => session.get("n"));
    else if (operation === "create" || operation === "delete") await go((session) => session.regenerate());
    else await write();
  }
  await go((session) => session.regenerate());
  await go((session) => session.bind("eve"));
  await go((session) => session.set("date", new Date()));
  await go((session) => session.set("large", "x".repeat(2_000_000)));
  // Two at once, so that one meets a conflict; then one that is overtaken by a logout.
  const pause = store.pauseNext("update");
  const slow = write();
  await pause.reached;
  await write();
  pause.resume();
  await slow;
  const late = store.pauseNext("update");
  const writer = write();
  await late.reached;
  await go(async (session) => {
    await sessions.revoke(session.id ?? "");
  });
  late.resume();
  await writer;
  await go((session) => session.get("n"));
  await write();
  await go((session) => session.bind("grace"));
  await sessions.revokeAll("grace");
  await write();
  await go((session) => session.destroy());
  await write();
  clock.advance(40 * 24 * 3600);
  await write();
  await client.setCookie(`__Host-session=${"%".repeat(43)}; Path=/; Secure`);
  await write();
  return ids;
}

describe("ids that nobody was given", () => {
  it("SEC-03 create no row and get no cookie: 10,000 of them", async () => {
    const store = faultyStore(memoryStore());
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({ mode: serverSide(store), onEvent: (event) => events.push(event) });
    let cookies = 0;
    let adopted = 0;
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(
        Array.from({ length: 1_000 }, async () => {
          const response = await sessions.handle(requestWith(`__Host-session=${bogusId()}`), async (pending) => {
            const session = await pending;
            if (!session.isNew || session.id !== undefined) adopted += 1;
            return new Response(String(session.get("a")));
          });
          cookies += response.headers.getSetCookie().length;
        }),
      );
    }
    expect({ cookies, adopted }).toEqual({ cookies: 0, adopted: 0 });
    expect(store.calls).toEqual({ ...NOTHING, load: 10_000 });
    expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(0);
    expect(events).toHaveLength(10_000);
    expect(new Set(events.map((event) => JSON.stringify(event)))).toEqual(
      new Set([JSON.stringify({ type: "rejected", reason: "not-found" })]),
    );
  });

  it("SEC-03 are not adopted by a write, which begins a session with an id of its own", async () => {
    const planted = bogusId();
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

  it("SEC-03 SEC-05 are not adopted by a login either", async () => {
    const planted = bogusId();
    const store = memoryStore();
    const { client, visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await client.setCookie(`__Host-session=${planted}; Path=/; Secure`);
    const { cookies } = await visit((session) => session.bind("eve"));
    expect(cookieValueOf(cookies[0]) === planted).toBe(false);
    expect(await store.load(await sha256(planted))).toBeNull();
  });
});

describe("ids whose session is over", () => {
  it("SEC-03 are not adopted: a write leaves the old row alone and gets an id of its own", async () => {
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
      const seen = session.get("a");
      session.set("b", 2);
      return { session, seen };
    });
    expect(after.result.seen).toBeUndefined();
    expect(after.result.session.id === before.result.id).toBe(false);
    expect(cookieValueOf(after.cookies[0]) === cookieValueOf(before.cookies[0])).toBe(false);
    expect(store.calls).toEqual({ ...NOTHING, load: 1, create: 1 });
    expect(events.map((event) => (event.type === "rejected" ? event.reason : event.type))).toEqual([
      "expired",
      "created",
    ]);
    expect((await visit((session) => Object.fromEntries(session.entries()))).result).toEqual({ b: 2 });
  });

  it("SEC-03 get no cookie, and no row, as long as nothing is written", async () => {
    const clock = fakeClock();
    const store = faultyStore(memoryStore());
    const { visit } = visitor(new SessionManager({ mode: serverSide(store), now: clock.now }));
    await visit((session) => session.set("a", 1));
    clock.advance(24 * 3600);
    store.resetCalls();
    expect((await visit((session) => session.isNew)).cookies).toEqual([]);
    expect(store.calls).toEqual({ ...NOTHING, load: 1 });
  });
});

/** What is no id, most of it as long as one. By what it is, for the message of a failure. */
const MALFORMED: Record<string, string> = {
  "a path upwards": "../../../../../../../../../../etc/passwd",
  "a path upwards, as long as an id": "../../".padEnd(43, "A"),
  "a path upwards, encoded": "%2e%2e%2f".padEnd(43, "A"),
  "a windows path": "..\\..\\".padEnd(43, "A"),
  NUL: `${"A".repeat(42)}\0`,
  "NUL in the middle": `AAAA\0${"A".repeat(38)}`,
  "a line break": `AAAA\r\n${"A".repeat(37)}`,
  "double quotes": `"${"A".repeat(41)}"`,
  "quotes around a right one": `"${"A".repeat(43)}"`,
  "a single quote": "'".padEnd(43, "A"),
  SQL: "' OR '1'='1' -- AAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "more SQL": "1) UNION SELECT data FROM sessions LIMIT 1--",
  "a Redis pattern": "*".padEnd(43, "A"),
  "a Redis command": "A\r\nFLUSHALL\r\n".padEnd(43, "A"),
  "a MongoDB operator": '{"$ne":null}'.padEnd(43, "A"),
  "non-ASCII": "é".padEnd(43, "A"),
  "latin1 as long as an id": "é".repeat(43),
  "a character beyond latin1": "\u{1f9e5}".padEnd(43, "A"),
  "a letter that looks like an A": "\u0410".padEnd(43, "A"),
  "a no-break space in front": `\u00a0${"A".repeat(42)}`,
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

describe("ids of another form", () => {
  it("SEC-04 reach no store, and are a new session", async () => {
    const store = faultyStore(memoryStore());
    expect(await presentAll(new SessionManager({ mode: serverSide(store) }), Object.entries(MALFORMED))).toEqual([]);
    expect(store.calls).toEqual(NOTHING);
  });

  it("SEC-04 reach no store when ids are signed", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store, { secrets: secret() }) });
    expect(await presentAll(sessions, Object.entries(MALFORMED))).toEqual([]);
    expect(store.calls).toEqual(NOTHING);
  });

  it("SEC-04 reach no store when only the spare bits of the last character differ", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const { client, visit } = visitor(sessions);
    await visit((session) => session.set("a", 1));
    const id = (await client.cookieHeader()).split("=")[1] ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(id.slice(-1));
    expect(last % 4).toBe(0);
    store.resetCalls();
    const others = [1, 2, 3].map((spare) => [`spare bits ${spare}`, id.slice(0, -1) + alphabet[last + spare]] as const);
    expect(await presentAll(sessions, others)).toEqual([]);
    expect(store.calls).toEqual(NOTHING);
  });
});

describe("signed ids that were not signed here", () => {
  it("SEC-04 SEC-13 reach no store", async () => {
    const store = faultyStore(memoryStore());
    const secrets = secret();
    const sessions = new SessionManager({ mode: serverSide(store, { secrets }) });
    const ticketOf = async (manager: SessionManager<Record<string, unknown>, Record<string, string>>) => {
      const { visit } = visitor(manager);
      return cookieValueOf((await visit((session) => session.set("a", 1))).cookies[0]);
    };
    const right = await ticketOf(sessions);
    const second = await ticketOf(sessions);
    const [id = "", kid = "", signature = ""] = right.split(".");
    const other = await ticketOf(new SessionManager({ mode: serverSide(store, { secrets: secret() }) }));
    const otherName = new SessionManager({ mode: serverSide(store, { secrets }), cookie: { name: "__Host-other" } });
    const unsigned = await ticketOf(new SessionManager({ mode: serverSide(store) }));
    const forged: [string, string][] = [
      ["of another secret", other],
      ["of another secret, under our key id", other.replace(/\..{8}\./, `.${kid}.`)],
      ["of another cookie name", await ticketOf(otherName)],
      ["not signed", unsigned],
      ["not signed, unknown", bogusId()],
      ["another id under this signature", `${bogusId()}.${kid}.${signature}`],
      ["another session's id under this signature", `${second.split(".")[0]}.${kid}.${signature}`],
      ["another session's signature", `${id}.${kid}.${second.split(".")[2]}`],
      ["a signature at random", `${id}.${kid}.${bogusId()}`],
      ["a signature of nothing", `${id}.${kid}.${"A".repeat(43)}`],
      ["no signature", `${id}.${kid}.`],
      ["no key id", `${id}..${signature}`],
      ["id and signature", `${id}.${signature}`],
      ["the signature twice", `${right}.${signature}`],
      ["parts in another order", `${signature}.${kid}.${id}`],
      ["the key id of __proto__", `${id}.__proto_.${signature}`],
      ["padding", `${right}=`],
      ["an upper-case key id", `${id}.${kid.toUpperCase()}~.${signature}`],
    ];
    store.resetCalls();
    expect(await presentAll(sessions, forged)).toEqual([]);
    expect(store.calls).toEqual(NOTHING);

    // And the right one does.
    expect(await presentAll(sessions, [["right", right]])).toEqual(["right: known, 0 cookies"]);
    expect(store.calls).toEqual({ ...NOTHING, load: 1 });
  });
});

/** Sends each value as the cookie; resolves to what came of those that were not simply refused. */
async function presentAll(
  sessions: SessionManager,
  values: readonly (readonly [title: string, value: string])[],
): Promise<string[]> {
  const outcomes: string[] = [];
  for (const [title, value] of values) {
    const response = await sessions.handle(requestWith(`__Host-session=${value}`), async (pending) => {
      const session = await pending;
      return new Response(session.isNew && session.size === 0 ? "new" : "known");
    });
    const outcome = `${await response.text()}, ${response.headers.getSetCookie().length} cookies`;
    if (outcome !== "new, 0 cookies") outcomes.push(`${title}: ${outcome}`);
  }
  return outcomes;
}
