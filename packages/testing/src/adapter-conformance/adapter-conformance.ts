import type { SessionManager } from "@coatcheck/core";
import { assert } from "chai";
import { browser, type Fetch } from "../browser.ts";
import type { TestRunner } from "../test-runner.ts";
import { adapterApplication, type Program } from "./application.ts";

/** A running application. */
export interface AdapterUnderTest {
  /** Answers the requests. @default the global `fetch`, which reaches a server that listens */
  readonly fetch?: Fetch;
  /** Where it answers, when it listens on a socket. @default "https://localhost" */
  readonly origin?: string;
  close?(): void | Promise<void>;
}

/** What the suite is told about the adapter. */
export interface AdapterConformanceOptions {
  /** For the titles: `hono`. */
  readonly name: string;
  /**
   * Binds a manager and a program with the adapter. Called for each test. A server in a process of its own has made both
   * there, by `adapterApplication()`, and may serve all tests.
   */
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
      const before = await loads();
      const response = await client.fetch("/plain");
      assert.isNull(response.headers.get("Vary"));
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.equal(await loads(), before);
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

    it("sends what is streamed when it is there, not when it is all there", async ({ client }) => {
      const name = crypto.randomUUID();
      // A server that compresses holds back what is little; that is its right.
      const init = { headers: { "Accept-Encoding": "identity" } };
      const streaming = client.fetch(`/held-stream?name=${name}`, init);
      const response = await inTime(streaming, "the response waits for its whole body");
      const reader = response?.body?.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await inTime(reader?.read(), "the first part waits for the second"))?.value, "one ");
      await client.fetch(`/release?name=${name}`);
      assert.equal((await reader?.read())?.value, "two");
    });

    it("SEC-42 completes a write whose client has gone, or does nothing of it", async ({ client }) => {
      await client.fetch("/write?value=before");
      const name = crypto.randomUUID();
      const abort = new AbortController();
      const gone = client.fetch(`/held-write?value=after&name=${name}`, { signal: abort.signal }).catch(() => {});
      await inTime(client.fetch(`/reached?name=${name}`), "the write has not begun");
      abort.abort();
      await client.fetch(`/release?name=${name}`);
      await gone;
      assert.include(["before", "after"], await text(client, "/read"));
      await client.fetch("/write?value=later");
      // Nobody is told when the write without a client is done, so it may be the last one: both are whole.
      assert.include(["later", "after"], await text(client, "/read"));
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
  readonly loads: () => Promise<number>;
  readonly close: (() => void | Promise<void>) | undefined;
}

async function start(options: AdapterConformanceOptions): Promise<Application> {
  const { sessions, program } = adapterApplication();
  const { fetch, origin, close } = await options.serve(sessions, program);
  const visit = () => browser({ ...(fetch !== undefined && { fetch }), ...(origin !== undefined && { origin }) });
  const client = visit();
  return { client, visit, loads: async () => Number(await text(client, "/loads")), close };
}

async function text(client: ReturnType<typeof browser>, path: string): Promise<string> {
  return (await client.fetch(path)).text();
}

/** Milliseconds after which somebody waits for something that will not come. */
const PATIENCE = 5_000;

async function inTime<Result>(promise: Promise<Result> | undefined, failure: string): Promise<Result | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(failure)), PATIENCE);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
