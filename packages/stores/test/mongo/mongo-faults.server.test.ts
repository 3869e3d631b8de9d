import { type SessionError, SessionManager, serverSide } from "@coatcheck/core";
import type { MongoFault, MongoServer } from "@coatcheck/engines/mongo";
import { type Browser, browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { mongoStore } from "../../src/mongo.ts";
import { openMongo } from "./open-mongo.ts";

interface Visit {
  readonly server: MongoServer;
  readonly visitor: Browser;
  /** The name of what the last failed request was caused by. */
  cause(): string | undefined;
}

/** Runs the body with an application on a server of its own, where a visitor has a session already. */
async function visit(isReplicaSet: boolean, body: (visit: Visit) => Promise<void>): Promise<void> {
  const { server, collection, close } = await openMongo({ isReplicaSet });
  const store = mongoStore(collection);
  const patient = new SessionManager({ mode: serverSide(store) });
  const impatient = new SessionManager({ mode: serverSide(store, { timeout: 0.1 }) });
  let cause: string | undefined;

  const visitor = browser({
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      try {
        return await (searchParams.has("impatient") ? impatient : patient).handle(request, async (pending) => {
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
    await visitor.fetch("/add");
    await body({ server, visitor, cause: () => cause });
  } finally {
    await close();
  }
}

/** What a visitor does, and the command by which the store does it. */
const REQUESTS = [
  { path: "/read", command: "find" },
  { path: "/login", command: "insert" },
  { path: "/add", command: "update" },
  { path: "/logout", command: "delete" },
] as const;

const FAULTS: readonly MongoFault[] = ["not primary", "drop before", "drop after"];

describe("mongoStore on a server that fails", () => {
  for (const { path, command } of REQUESTS) {
    for (const fault of FAULTS) {
      it(`SEC-42 fails ${path} when ${command} meets "${fault}" and stays so, and not the next request`, async () => {
        await visit(true, async ({ server, visitor, cause }) => {
          // The driver tries once more by itself.
          server.failNext(command, fault, 2);
          const response = await visitor.fetch(path);
          expect(await response.text()).toBe("STORE_FAILED");
          expect(response.headers.getSetCookie()).toEqual([]);
          expect(cause()).toMatch(/^Mongo/);
          expect((await visitor.fetch(path)).status).toBe(200);
        });
      });
    }

    it(`SEC-42 fails ${path} when ${command} gets no answer in time, and not the next request`, async () => {
      await visit(true, async ({ server, visitor }) => {
        server.failNext(command, "hang");
        const response = await visitor.fetch(`${path}?impatient`);
        expect(await response.text()).toBe("STORE_FAILED");
        expect(response.headers.getSetCookie()).toEqual([]);
        expect((await visitor.fetch(path)).status).toBe(200);
      });
    });
  }

  it("SEC-42 fails a logout that no majority knows of, and does not tell the visitor that it is done", async () => {
    await visit(true, async ({ server, visitor, cause }) => {
      server.failNext("delete", "no majority");
      const response = await visitor.fetch("/logout");
      expect(await response.text()).toBe("STORE_FAILED");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(cause()).toBe("MongoWriteConcernError");
      expect((await visitor.fetch("/logout")).status).toBe(200);
    });
  });
});

describe("mongoStore on a replica set, where the driver sends a write twice", () => {
  for (const fault of FAULTS) {
    it(`counts once when the answer was "${fault}" the first time`, async () => {
      await visit(true, async ({ server, visitor }) => {
        server.failNext("update", fault);
        expect((await visitor.fetch("/add")).status).toBe(200);
        expect(await (await visitor.fetch("/read")).text()).toBe("2");
        const updates = server.commands.filter(({ update }) => update !== undefined);
        expect(updates).toHaveLength(2);
        expect(new Set(updates.map(({ txnNumber }) => txnNumber)).size).toBe(1);
      });
    });

    it(`SEC-05 logs in with one new session, the old one gone, when the answer was "${fault}" the first time`, async () => {
      await visit(true, async ({ server, visitor }) => {
        server.failNext("insert", fault);
        server.failNext("delete", fault);
        expect((await visitor.fetch("/login")).status).toBe(200);
        expect(server.documents("sessions")).toMatchObject([{ subject: "eve" }]);
      });
    });
  }
});

describe("mongoStore on one server, where a write is sent once", () => {
  it("SEC-42 fails the request whose answer was lost, and counts on from what was written", async () => {
    await visit(false, async ({ server, visitor }) => {
      server.failNext("update", "drop after");
      expect(await (await visitor.fetch("/add")).text()).toBe("STORE_FAILED");
      expect(await (await visitor.fetch("/add")).text()).toBe("3");
      expect(server.commands.filter(({ update }) => update !== undefined)).toHaveLength(2);
    });
  });

  it("SEC-42 sends no cookie for a session whose confirmation was lost", async () => {
    await visit(false, async ({ server, visitor }) => {
      const other = await visitor.clone();
      server.failNext("insert", "drop after");
      const response = await other.fetch("/login");
      expect(await response.text()).toBe("STORE_FAILED");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect((await other.fetch("/login")).status).toBe(200);
    });
  });
});
