import { memoryStore, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { browser, faultyStore, sessionTransaction } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

interface Data {
  n: number;
  theme: string;
  [key: `key${number}`]: number;
}

/** Makes a function that resolves once it was called `count` times: then each of as many requests has loaded the session. */
function barrier(count: number): () => Promise<void> {
  let left = count;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    left -= 1;
    if (left === 0) open();
    return opened;
  };
}

/** An application whose store can be paused, and a browser without a session. */
function setUp(store = memoryStore(), meet = async () => {}) {
  const events: SessionEvent[] = [];
  const faulty = faultyStore(store);
  const sessions = new SessionManager<Data>({ mode: serverSide(faulty), onEvent: (event) => events.push(event) });
  const client = browser({
    fetch: sessions.wrap(async (request, pending) => {
      const { pathname, searchParams } = new URL(request.url);
      const session = await pending;
      if (searchParams.has("meet")) await meet();
      const name = searchParams.get("name") ?? "";
      switch (pathname) {
        case "/set":
          session.set(name as "theme", searchParams.get("value") ?? "");
          break;
        case "/count":
          session.update("n", (n = 0) => n + 1);
          break;
        case "/delete":
          session.delete(name as "theme");
          break;
        case "/login":
          session.set("theme", "chosen at login");
          session.bind(name);
          break;
        case "/regenerate":
          session.regenerate();
          break;
        case "/clear":
          session.clear();
          break;
        case "/destroy":
          session.destroy();
          break;
      }
      return Response.json({ data: Object.fromEntries(session.entries()), subject: session.subject });
    }),
  });
  const read = async () => (await client.fetch("/read")).json();
  return { client, sessions, store: faulty, events, read };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("concurrent requests of one session", () => {
  it("save all of 200 keys that are set at the same time", async () => {
    const { client, read, events } = setUp(memoryStore(), barrier(200));
    await client.fetch("/set?name=theme&value=dark");
    await Promise.all(Array.from({ length: 200 }, (_, n) => client.fetch(`/set?meet&name=key${n}&value=${n}`)));
    expect(events.filter((event) => event.type === "conflict-retried").length).toBeGreaterThanOrEqual(199);
    const { data } = await read();
    expect(Object.keys(data)).toHaveLength(201);
    expect(data).toMatchObject({ theme: "dark", key0: "0", key199: "199" });
  });

  it("count all of 200 concurrent increments", async () => {
    const { client, read, events } = setUp(memoryStore(), barrier(200));
    await client.fetch("/set?name=theme&value=dark");
    await Promise.all(Array.from({ length: 200 }, () => client.fetch("/count?meet")));
    expect(events.filter((event) => event.type === "conflict-retried").length).toBeGreaterThanOrEqual(199);
    expect((await read()).data).toEqual({ theme: "dark", n: 200 });
  });

  it("keep both keys when two requests write at the same time", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/count");
    const pause = store.pauseNext("update");
    const slow = client.fetch("/set?name=key1&value=slow");
    await pause.reached;
    await client.fetch("/set?name=key2&value=fast");
    pause.resume();
    await slow;
    expect((await read()).data).toEqual({ n: 1, key1: "slow", key2: "fast" });
  });

  it("keep the value of the later commit when both set the same key", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/count");
    const pause = store.pauseNext("update");
    const slow = client.fetch("/set?name=theme&value=slow");
    await pause.reached;
    await client.fetch("/set?name=theme&value=fast");
    pause.resume();
    await slow;
    expect((await read()).data).toEqual({ n: 1, theme: "slow" });
  });

  it("do not restore a key that another request has deleted", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/set?name=theme&value=dark");
    await client.fetch("/count");
    const pause = store.pauseNext("update");
    const slow = client.fetch("/count");
    await pause.reached;
    await client.fetch("/delete?name=theme");
    pause.resume();
    await slow;
    expect((await read()).data).toEqual({ n: 2 });
  });

  it("clear also what another request has written since the session was loaded", async () => {
    const { client, sessions, read } = setUp();
    await client.fetch("/count");
    const request = new Request("https://localhost/", { headers: { cookie: await client.cookieHeader() } });
    const clearing = await sessions.open(request);
    await client.fetch("/set?name=theme&value=dark");
    clearing.clear();
    clearing.set("key1", 1);
    await sessions.commit(clearing, new Response());
    expect((await read()).data).toEqual({ key1: 1 });
  });

  it("save the result of update when the value was changed in place before, instead of repeating update", async () => {
    const sessions = new SessionManager<{ list: string[] }>({ mode: serverSide(memoryStore()) });
    const cookie = await sessionTransaction(sessions, (session) => session.set("list", ["a"]));
    const request = () => new Request("https://localhost/", { headers: { cookie } });
    const [early, late] = [await sessions.open(request()), await sessions.open(request())];
    late.get("list")?.push("mine");
    late.update("list", (list = []) => [...list, "too"]);
    early.set("list", ["theirs"]);
    await sessions.commit(early, new Response());
    await sessions.commit(late, new Response());
    expect((await sessions.open(request())).get("list")).toEqual(["a", "mine", "too"]);
  });

  it("do not end a session that one request empties while the other writes", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/set?name=theme&value=dark");
    const pause = store.pauseNext("delete");
    const emptying = client.fetch("/delete?name=theme");
    await pause.reached;
    await client.fetch("/count");
    pause.resume();
    expect((await emptying).headers.getSetCookie()).toEqual([]);
    expect((await read()).data).toEqual({ n: 1 });
  });

  it("fail with SESSION_CONFLICT when the store reports a conflict every time", async () => {
    // Skips the delays of the back-off.
    vi.spyOn(Math, "random").mockReturnValue(0);
    const store = memoryStore();
    const { client } = setUp({ ...store, update: async () => "conflict" });
    await client.fetch("/count");
    await expect(client.fetch("/count")).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
  });
});

describe("session.flashed, after a conflict", () => {
  it("still returns the message of this request after the commit", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store) });
    const visit = (cookie: string, message: string) =>
      sessionTransaction(sessions, (session) => session.flash("notice", message), { cookie });
    const cookie = await visit("", "for this one");
    const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
    session.set("a", 1);
    await visit(cookie, "for the next one");
    await sessions.commit(session, new Response());
    expect(session.flashed("notice")).toBe("for this one");
  });
});

describe("a request that commits after the session has ended", () => {
  for (const ending of ["/destroy", "/clear"]) {
    it(`SEC-23 neither restores the session nor sets a cookie, after ${ending}`, async () => {
      const { client, store, events, read } = setUp();
      await client.fetch("/login?name=eve");
      const thief = await client.clone();
      const pause = store.pauseNext("update");
      const slow = client.fetch("/set?name=theme&value=late");
      await pause.reached;
      await client.fetch(ending);
      pause.resume();
      expect((await slow).headers.getSetCookie()).toEqual([]);
      expect(await read()).toEqual({ data: {} });
      expect(await (await thief.fetch("/read")).json()).toEqual({ data: {} });
      expect(events).toContainEqual(expect.objectContaining({ type: "write-dropped", reason: "gone" }));
    });
  }

  it("SEC-23 neither restores the session nor sets a cookie, after revokeAll", async () => {
    const { client, sessions, store, read } = setUp();
    await client.fetch("/login?name=eve");
    const pause = store.pauseNext("update");
    const slow = client.fetch("/set?name=theme&value=late");
    await pause.reached;
    expect(await sessions.revokeAll("eve")).toBe(1);
    pause.resume();
    expect((await slow).headers.getSetCookie()).toEqual([]);
    expect(await read()).toEqual({ data: {} });
  });

  it("SEC-23 neither restores the old id nor replaces the new cookie, after a login", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/count");
    const thief = await client.clone();
    const pause = store.pauseNext("update");
    const slow = client.fetch("/set?name=key1&value=late");
    await pause.reached;
    await client.fetch("/login?name=eve");
    pause.resume();
    expect((await slow).headers.getSetCookie()).toEqual([]);
    expect(await read()).toEqual({ data: { n: 1, theme: "chosen at login" }, subject: "eve" });
    expect(await (await thief.fetch("/read")).json()).toEqual({ data: {} });
  });

  it("SEC-23 does not extend the session", async () => {
    let now = 0;
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store), now: () => now, persistent: true });
    const client = browser({
      fetch: sessions.wrap(async (request, pending) => {
        const session = await pending;
        if (request.url.endsWith("/destroy")) session.destroy();
        if (request.url.endsWith("/set")) session.set("a", 1);
        return Response.json(session.has("a"));
      }),
    });
    await client.fetch("/set");
    now += 12 * 3600 * 1000;
    const pause = store.pauseNext("touch");
    const reader = client.fetch("/read");
    await pause.reached;
    await client.fetch("/destroy");
    pause.resume();
    expect((await reader).headers.getSetCookie()).toEqual([]);
    expect(await (await client.fetch("/read")).json()).toBe(false);
  });
});

describe("session.destroy, with a concurrent write", () => {
  it("SEC-22 ends the session when another request commits first", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/login?name=eve");
    const thief = await client.clone();
    const pause = store.pauseNext("delete");
    const logout = client.fetch("/destroy");
    await pause.reached;
    await thief.fetch("/set?name=theme&value=meanwhile");
    pause.resume();
    await logout;
    expect(await (await thief.fetch("/read")).json()).toEqual({ data: {} });
    expect(await read()).toEqual({ data: {} });
  });
});

describe("changing the id", () => {
  it("SEC-05 keeps what another request writes to the old id at the same time", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/count");
    const pause = store.pauseNext("delete");
    const login = client.fetch("/login?name=eve");
    await pause.reached;
    await client.fetch("/set?name=key1&value=meanwhile");
    pause.resume();
    await login;
    expect(await read()).toEqual({ data: { n: 1, key1: "meanwhile", theme: "chosen at login" }, subject: "eve" });
  });

  it("does not restore a session that ends at the same time, with regenerate", async () => {
    const { client, store, read, events } = setUp();
    await client.fetch("/count");
    const pause = store.pauseNext("delete");
    const regenerating = client.fetch("/regenerate");
    await pause.reached;
    await client.fetch("/destroy");
    pause.resume();
    expect((await regenerating).headers.getSetCookie()).toEqual([]);
    expect(await read()).toEqual({ data: {} });
    expect(events).toContainEqual(expect.objectContaining({ type: "write-dropped", reason: "gone" }));
  });

  it("SEC-22 completes a login while another request logs out, without the data of the ended session", async () => {
    const { client, store, read } = setUp();
    await client.fetch("/count");
    const pause = store.pauseNext("delete");
    const login = client.fetch("/login?name=eve");
    await pause.reached;
    await client.fetch("/destroy");
    pause.resume();
    await login;
    expect(await read()).toEqual({ data: { theme: "chosen at login" }, subject: "eve" });
  });

  it("leaves the browser logged in after two logins at the same time", async () => {
    const { client, sessions } = setUp();
    await client.fetch("/count");
    await Promise.all([client.fetch("/login?name=eve"), client.fetch("/login?name=eve")]);
    const sessionsOfEve = await sessions.list("eve");
    expect(sessionsOfEve.length).toBeGreaterThanOrEqual(1);
    expect(await (await client.fetch("/read")).json()).toMatchObject({ subject: "eve" });
  });
});

describe("concurrent requests of many users", () => {
  it("SEC-43 keep the sessions of 100 users apart in 1,000 interleaved requests", async () => {
    const { sessions } = setUp();
    const users = Array.from({ length: 100 }, (_, n) => ({
      name: `user ${n}`,
      client: browser({
        fetch: sessions.wrap(async (_request, pending) => {
          const session = await pending;
          if (session.subject === undefined) session.bind(`user ${n}`);
          session.update("n", (count = 0) => count + 1);
          return Response.json({ subject: session.subject });
        }),
      }),
    }));
    for (const { client } of users) await client.fetch("/");
    const requests = Array.from({ length: 900 }, (_, n) => users[(n * 37) % 100]).filter((user) => user !== undefined);
    const answers = await Promise.all(requests.map(async ({ client }) => (await client.fetch("/")).json()));
    expect(answers).toEqual(requests.map(({ name }) => ({ subject: name })));
    for (const { name } of users) expect(await sessions.list(name)).toHaveLength(1);
  });
});
