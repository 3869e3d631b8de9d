import { type SessionError, SessionManager, serverSide } from "@coatcheck/core";
import type { MongoFault, MongoServer } from "@coatcheck/engines/mongo";
import { type Browser, browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { mongoStore } from "../../src/mongo.ts";
import { openMongo } from "./open-mongo.ts";

interface Application {
  readonly server: MongoServer;
  /** Has a session with the count 1. */
  readonly client: Browser;
  /** The name of the error that caused the last failure. */
  cause(): string | undefined;
}

/** Runs the body with an application on a server of its own. The query `?timeout=` limits the store operations. */
async function withApplication(isReplicaSet: boolean, body: (app: Application) => Promise<void>): Promise<void> {
  const { server, collection, close } = await openMongo({ isReplicaSet });
  const store = mongoStore(collection);
  let cause: string | undefined;

  const client = browser({
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const timeout = Number(searchParams.get("timeout") ?? 10);
      const sessions = new SessionManager({ mode: serverSide(store, { timeout }) });
      try {
        return await sessions.handle(request, async (pending) => {
          const session = await pending;
          if (pathname === "/add") session.update("count", (count) => Number(count ?? 0) + 1);
          if (pathname === "/login") session.bind("eve");
          if (pathname === "/logout") session.destroy();
          return new Response(String(session.get("count")));
        });
      } catch (error) {
        const failure = error as SessionError;
        cause = (failure.cause as Error | undefined)?.name;
        return new Response(failure.code, { status: 500 });
      }
    },
  });
  try {
    await client.fetch("/add");
    await body({ server, client, cause: () => cause });
  } finally {
    await close();
  }
}

/** Requests, and the command by which the store answers each. */
const REQUESTS = [
  { path: "/read", command: "find" },
  { path: "/login", command: "insert" },
  { path: "/add", command: "update" },
  { path: "/logout", command: "delete" },
] as const;

const FAULTS: readonly MongoFault[] = ["not primary", "drop before", "drop after"];

/**
 * Sends a request whose command gets no answer. On a busy machine an earlier command may time out: then it tries again.
 */
async function fetchWithoutAnswer({ server, client }: Application, path: string, command: string): Promise<Response> {
  server.failNext(command, "hang");
  const countCommands = (): number => server.commands.filter((sent) => command in sent).length;
  const before = countCommands();
  for (const timeout of [0.1, 1, 10]) {
    const response = await client.fetch(`${path}?timeout=${timeout}`);
    if (countCommands() > before) return response;
  }
  throw new Error(`the store sent no ${command}`);
}

describe("mongoStore on a server that fails", () => {
  for (const { path, command } of REQUESTS) {
    for (const fault of FAULTS) {
      it(`SEC-42 fails only the request to ${path} when ${command} repeatedly meets "${fault}"`, async () => {
        await withApplication(true, async ({ server, client, cause }) => {
          // Twice, because the driver retries once by itself.
          server.failNext(command, fault, 2);
          const response = await client.fetch(path);
          expect(await response.text()).toBe("STORE_FAILED");
          expect(response.headers.getSetCookie()).toEqual([]);
          expect(cause()).toMatch(/^Mongo/);
          expect((await client.fetch(path)).status).toBe(200);
        });
      });
    }

    it(`SEC-42 fails only the request to ${path} when ${command} gets no answer`, async () => {
      await withApplication(true, async (app) => {
        const response = await fetchWithoutAnswer(app, path, command);
        expect(await response.text()).toBe("STORE_FAILED");
        expect(response.headers.getSetCookie()).toEqual([]);
        expect((await app.client.fetch(path)).status).toBe(200);
      });
    });
  }

  it("SEC-42 fails a logout that no majority has confirmed", async () => {
    await withApplication(true, async ({ server, client, cause }) => {
      server.failNext("delete", "no majority");
      const response = await client.fetch("/logout");
      expect(await response.text()).toBe("STORE_FAILED");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(cause()).toBe("MongoWriteConcernError");
      expect((await client.fetch("/logout")).status).toBe(200);
    });
  });
});

describe("mongoStore on a replica set, where the driver retries writes", () => {
  for (const fault of FAULTS) {
    it(`counts once when the first attempt meets "${fault}"`, async () => {
      await withApplication(true, async ({ server, client }) => {
        server.failNext("update", fault);
        expect((await client.fetch("/add")).status).toBe(200);
        expect(await (await client.fetch("/read")).text()).toBe("2");
        const updates = server.commands.filter(({ update }) => update !== undefined);
        expect(updates).toHaveLength(2);
        expect(new Set(updates.map(({ txnNumber }) => txnNumber)).size).toBe(1);
      });
    });

    it(`SEC-05 replaces the session at login when the first attempt meets "${fault}"`, async () => {
      await withApplication(true, async ({ server, client }) => {
        server.failNext("insert", fault);
        server.failNext("delete", fault);
        expect((await client.fetch("/login")).status).toBe(200);
        expect(server.documents("sessions")).toMatchObject([{ subject: "eve" }]);
      });
    });
  }
});

describe("mongoStore on a single server, where the driver does not retry writes", () => {
  it("SEC-42 fails the request whose answer is lost, and counts on from the stored value", async () => {
    await withApplication(false, async ({ server, client }) => {
      server.failNext("update", "drop after");
      expect(await (await client.fetch("/add")).text()).toBe("STORE_FAILED");
      expect(await (await client.fetch("/add")).text()).toBe("3");
      expect(server.commands.filter(({ update }) => update !== undefined)).toHaveLength(2);
    });
  });

  it("SEC-42 sends no cookie for a session whose confirmation is lost", async () => {
    await withApplication(false, async ({ server, client }) => {
      const other = await client.clone();
      server.failNext("insert", "drop after");
      const response = await other.fetch("/login");
      expect(await response.text()).toBe("STORE_FAILED");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect((await other.fetch("/login")).status).toBe(200);
    });
  });
});
