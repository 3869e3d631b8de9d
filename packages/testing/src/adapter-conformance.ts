import { memoryStore, type PendingSession, SessionManager, serverSide } from "@coatcheck/core";
import { assert } from "chai";
import { browser, type Fetch } from "./browser.ts";
import type { TestRunner } from "./runner.ts";

/** An application that an adapter has to carry: a request with its pending session becomes a response, or an error. */
export type Program = (request: Request, session: PendingSession) => Response | Promise<Response>;

/** A running application. */
export interface AdapterUnderTest {
  readonly fetch: Fetch;
  /** Where it answers, when it listens on a socket. @default "https://localhost" */
  readonly origin?: string;
  close?(): void | Promise<void>;
}

/** What the suite is told about the adapter. */
export interface AdapterConformanceOptions {
  /** For the titles: `hono`. */
  readonly name: string;
  /** Binds a manager and a program with the adapter. Called for each test. */
  readonly serve: (sessions: SessionManager, program: Program) => AdapterUnderTest | Promise<AdapterUnderTest>;
}

/**
 * What every adapter owes its users, as tests: that a session is opened lazily, committed once, before the headers
 * leave, on every kind of response. The same suite runs on the bare core.
 */
export function adapterConformance({ describe, it: test }: TestRunner, options: AdapterConformanceOptions): void {
  const it = (name: string, body: (application: Application) => Promise<void>) =>
    test(name, async () => {
      const application = await start(options);
      try {
        await body(application);
      } finally {
        await application.close?.();
      }
    });

  describe(`${options.name}: adapter conformance`, () => {
    it("leaves a response alone when nobody awaits the session", async ({ client, loads }) => {
      await client.fetch("/write");
      const response = await client.fetch("/plain");
      assert.isNull(response.headers.get("Vary"));
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.equal(loads(), 0);
      assert.equal(await response.text(), "plain");
    });

    it("SEC-40 says that a response depends on the cookie when the session was read", async ({ client }) => {
      const response = await client.fetch("/read");
      assert.equal(response.headers.get("Vary"), "Cookie");
      assert.deepEqual(response.headers.getSetCookie(), []);
    });

    it("SEC-40 keeps a response with the cookie out of shared caches", async ({ client }) => {
      const response = await client.fetch("/write");
      assert.equal(response.headers.get("Cache-Control"), "no-store");
      assert.equal(response.headers.getSetCookie().length, 1);
    });

    it("brings back on the next request what was written", async ({ client }) => {
      await client.fetch("/write");
      assert.equal(await text(client, "/read"), "written");
    });

    it("SEC-34 leaves the application's own cookies in place", async ({ client }) => {
      const lines = (await client.fetch("/other-cookies")).headers.getSetCookie();
      assert.deepEqual(lines.map((line) => line.split("=")[0]).sort(), ["__Host-session", "a", "b"]);
    });

    it("commits with a redirect", async ({ client }) => {
      const response = await client.fetch("/redirect");
      assert.equal(response.status, 302);
      assert.equal(response.headers.get("Location")?.endsWith("/read"), true);
      assert.equal(await text(client, "/read"), "written");
    });

    it("commits with a response whose headers cannot be changed", async ({ client }) => {
      const response = await client.fetch("/immutable");
      assert.equal(response.status, 303);
      assert.equal(response.headers.getSetCookie().length, 1);
      assert.equal(await text(client, "/read"), "written");
    });

    it("commits with a status that forbids a body", async ({ client }) => {
      for (const status of [204, 304]) {
        const response = await client.fetch(`/no-body?status=${status}`);
        assert.equal(response.status, status);
        assert.equal(response.headers.get("Vary"), "Cookie");
      }
    });

    it("commits before a body is streamed, and leaves the stream alone", async ({ client }) => {
      const response = await client.fetch("/stream");
      assert.equal(response.headers.getSetCookie().length, 1);
      assert.equal(await response.text(), "one two three");
      assert.equal(await text(client, "/read"), "written");
    });

    it("commits on HEAD as on GET", async ({ client }) => {
      const response = await client.fetch("/write", { method: "HEAD" });
      assert.equal(response.headers.getSetCookie().length, 1);
      assert.equal(await text(client, "/read"), "written");
    });

    it("hands the body of a request on, whatever its size", async ({ client }) => {
      const body = "x".repeat(1_000_000);
      const response = await client.fetch("/echo", { method: "POST", body });
      assert.equal((await response.text()).length, body.length);
      assert.equal(await text(client, "/read"), "written");
    });

    it("keeps nothing of a request that failed, and sets no cookie", async ({ client }) => {
      for (const path of ["/throw", "/status-500"]) {
        const response = await client.fetch(path);
        assert.equal(response.status, 500);
        assert.deepEqual(response.headers.getSetCookie(), []);
        await response.text();
        assert.equal(await text(client, "/read"), "empty");
      }
    });

    it("SEC-22 logs out even when the request failed afterwards", async ({ client }) => {
      for (const path of ["/destroy-and-throw", "/destroy-and-500"]) {
        await client.fetch("/write");
        const stolen = await client.clone();
        await (await client.fetch(path)).text();
        assert.equal(await text(stolen, "/read"), "empty");
      }
    });

    it("SEC-32 removes the cookie at logout", async ({ client }) => {
      await client.fetch("/write");
      await client.fetch("/destroy");
      assert.equal(await client.cookieHeader(), "");
    });

    it("SEC-43 keeps 200 visitors at once apart", async ({ visit }) => {
      const names = Array.from({ length: 200 }, (_, index) => `visitor ${index}`);
      const answers = await Promise.all(
        names.map(async (name) => {
          const client = visit();
          await client.fetch(`/write?value=${encodeURIComponent(name)}`);
          return text(client, "/read");
        }),
      );
      assert.deepEqual(answers, names);
    });
  });
}

interface Application {
  readonly client: ReturnType<typeof browser>;
  readonly visit: () => ReturnType<typeof browser>;
  /** How often the store was asked for a session. */
  readonly loads: () => number;
  readonly close: (() => void | Promise<void>) | undefined;
}

async function start(options: AdapterConformanceOptions): Promise<Application> {
  const store = memoryStore();
  let loads = 0;
  const counted: typeof store = {
    ...store,
    load: (key) => {
      loads += 1;
      return store.load(key);
    },
  };
  const sessions = new SessionManager({ mode: serverSide(counted) });
  const { fetch, origin, close } = await options.serve(sessions, program);
  const visit = () => browser({ fetch, ...(origin !== undefined && { origin }) });
  return { client: visit(), visit, loads: () => loads, close };
}

async function text(client: ReturnType<typeof browser>, path: string): Promise<string> {
  return (await client.fetch(path)).text();
}

const program: Program = async (request, pending) => {
  const { pathname, searchParams, origin } = new URL(request.url);
  if (pathname === "/plain") return new Response("plain");
  const session = await pending;
  if (pathname === "/read") return new Response(String(session.get("value") ?? "empty"));
  if (pathname === "/status-500") {
    session.set("value", "written");
    return new Response("failed", { status: 500 });
  }
  if (pathname.startsWith("/destroy")) {
    session.destroy();
    if (pathname === "/destroy-and-throw") throw new Error("thrown by the program");
    return new Response("destroyed", { status: pathname === "/destroy-and-500" ? 500 : 200 });
  }
  session.set("value", searchParams.get("value") ?? "written");
  switch (pathname) {
    case "/throw":
      throw new Error("thrown by the program");
    case "/redirect":
      return new Response(null, { status: 302, headers: { Location: "/read" } });
    case "/immutable":
      return Response.redirect(`${origin}/read`, 303);
    case "/no-body":
      return new Response(null, { status: Number(searchParams.get("status")) });
    case "/echo":
      return new Response(await request.text());
    case "/stream":
      return new Response(streamOf(["one ", "two ", "three"]));
    case "/other-cookies": {
      const response = new Response("cookies");
      for (const line of ["a=1; Path=/", "b=2; Path=/"]) response.headers.append("Set-Cookie", line);
      return response;
    }
    default:
      return new Response("written");
  }
};

function streamOf(parts: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(encoder.encode(next));
    },
  });
}
