import type { SessionManager } from "@coatcheck/core";
import { assert } from "chai";
import { type Browser, browser, type Fetch } from "../browser.ts";
import type { TestRunner } from "../test-runner.ts";
import { adapterApplication, type Program } from "./application.ts";

/** A running application. */
export interface AdapterUnderTest {
  /** Answers the requests. @default the global `fetch`, which sends them over the network */
  readonly fetch?: Fetch;
  /** The origin of a server that listens on a socket. @default "https://localhost" */
  readonly origin?: string;
  close?(): void | Promise<void>;
}

/** Describes the adapter to the suite. */
export interface AdapterConformanceOptions {
  /** For the test titles: `hono`. */
  readonly name: string;
  /**
   * Serves the program with the adapter. Called for each test. A server in a process of its own creates manager and
   * program there, by `adapterApplication()`, and may serve all tests.
   */
  readonly serve: (sessions: SessionManager, program: Program) => AdapterUnderTest | Promise<AdapterUnderTest>;
}

/**
 * Tests the contract of an adapter: it opens a session lazily and commits it once, before it sends the headers, for
 * every kind of response. The same suite runs on the core without an adapter.
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
    it("leaves the response unchanged when the program does not await the session", async ({ client, loads }) => {
      await client.fetch("/write");
      const before = await loads();
      const response = await client.fetch("/plain");
      assert.isNull(response.headers.get("Vary"));
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.equal(await loads(), before);
      assert.equal(await response.text(), "plain");
    });

    it("SEC-40 adds Vary: Cookie to a response when the program read the session", async ({ client }) => {
      const response = await client.fetch("/read");
      assert.equal(response.headers.get("Vary"), "Cookie");
      assert.deepEqual(response.headers.getSetCookie(), []);
    });

    it("SEC-40 adds Cache-Control: no-store to a response that sets the cookie", async ({ client }) => {
      const response = await client.fetch("/write");
      assert.equal(response.headers.get("Cache-Control"), "no-store");
      assert.equal(response.headers.getSetCookie().length, 1);
    });

    it("returns written data in the next request", async ({ client }) => {
      await client.fetch("/write");
      assert.equal(await text(client, "/read"), "written");
    });

    it("SEC-34 keeps the cookies that the application sets", async ({ client }) => {
      const lines = (await client.fetch("/other-cookies")).headers.getSetCookie();
      assert.deepEqual(lines.map((line) => line.split("=")[0]).sort(), ["__Host-session", "a", "b"]);
    });

    it("commits the session of a redirect", async ({ client }) => {
      const response = await client.fetch("/redirect");
      assert.equal(response.status, 302);
      assert.equal(response.headers.get("Location")?.endsWith("/read"), true);
      assert.equal(await text(client, "/read"), "written");
    });

    it("commits the session of a response with immutable headers", async ({ client }) => {
      const response = await client.fetch("/immutable");
      assert.equal(response.status, 303);
      assert.equal(response.headers.getSetCookie().length, 1);
      assert.equal(await text(client, "/read"), "written");
    });

    it("commits the session of a status without a body", async ({ client }) => {
      for (const status of [204, 304]) {
        const response = await client.fetch(`/no-body?status=${status}`);
        assert.equal(response.status, status);
        assert.equal(response.headers.get("Vary"), "Cookie");
      }
    });

    it("commits before it streams the body, and does not change the stream", async ({ client }) => {
      const response = await client.fetch("/stream");
      assert.equal(response.headers.getSetCookie().length, 1);
      assert.equal(await response.text(), "one two three");
      assert.equal(await text(client, "/read"), "written");
    });

    it("sends each part of a stream at once", async ({ client }) => {
      const name = crypto.randomUUID();
      // A server that compresses may buffer small parts.
      const init = { headers: { "Accept-Encoding": "identity" } };
      const streaming = client.fetch(`/held-stream?name=${name}`, init);
      const response = await inTime(streaming, "the response waited for its whole body");
      const reader = response?.body?.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await inTime(reader?.read(), "the first part waited for the second"))?.value, "one ");
      await client.fetch(`/release?name=${name}`);
      assert.equal((await reader?.read())?.value, "two");
    });

    it("SEC-42 completes the write of a client that disconnects, or drops it as a whole", async ({ client }) => {
      await client.fetch("/write?value=before");
      const name = crypto.randomUUID();
      const abort = new AbortController();
      const gone = client.fetch(`/held-write?value=after&name=${name}`, { signal: abort.signal }).catch(() => {});
      await inTime(client.fetch(`/reached?name=${name}`), "the write did not begin");
      abort.abort();
      await client.fetch(`/release?name=${name}`);
      await gone;
      assert.include(["before", "after"], await text(client, "/read"));
      await client.fetch("/write?value=later");
      // No response tells when the write of the lost client is done. It may be the last one, but never half of one.
      assert.include(["later", "after"], await text(client, "/read"));
    });

    it("commits the session of a HEAD request", async ({ client }) => {
      const response = await client.fetch("/write", { method: "HEAD" });
      assert.equal(response.headers.getSetCookie().length, 1);
      assert.equal(await text(client, "/read"), "written");
    });

    it("passes a large request body on to the program", async ({ client }) => {
      const body = "x".repeat(1_000_000);
      const response = await client.fetch("/echo", { method: "POST", body });
      assert.equal((await response.text()).length, body.length);
      assert.equal(await text(client, "/read"), "written");
    });

    it("stores nothing and sets no cookie when the request fails", async ({ client }) => {
      for (const path of ["/throw", "/status-500"]) {
        const response = await client.fetch(path);
        assert.equal(response.status, 500);
        assert.deepEqual(response.headers.getSetCookie(), []);
        await response.text();
        assert.equal(await text(client, "/read"), "empty");
      }
    });

    it("SEC-22 logs the user out even when the request fails afterwards", async ({ client }) => {
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

    it("SEC-43 keeps the sessions of 200 parallel visitors apart", async ({ newClient }) => {
      const names = Array.from({ length: 200 }, (_, index) => `visitor ${index}`);
      const answers = await Promise.all(
        names.map(async (name) => {
          const client = newClient();
          await client.fetch(`/write?value=${encodeURIComponent(name)}`);
          return text(client, "/read");
        }),
      );
      assert.deepEqual(answers, names);
    });
  });
}

interface Application {
  readonly client: Browser;
  readonly newClient: () => Browser;
  /** How often the store has loaded a session. */
  readonly loads: () => Promise<number>;
  readonly close: (() => void | Promise<void>) | undefined;
}

async function start(options: AdapterConformanceOptions): Promise<Application> {
  const { sessions, program } = adapterApplication();
  const { fetch, origin, close } = await options.serve(sessions, program);
  const newClient = () => browser({ ...(fetch !== undefined && { fetch }), ...(origin !== undefined && { origin }) });
  const client = newClient();
  return { client, newClient, loads: async () => Number(await text(client, "/loads")), close };
}

async function text(client: Browser, path: string): Promise<string> {
  return (await client.fetch(path)).text();
}

/** Milliseconds to wait for an answer that an adapter may never send. */
const TIMEOUT = 5_000;

async function inTime<Result>(promise: Promise<Result> | undefined, failure: string): Promise<Result | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(failure)), TIMEOUT);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
