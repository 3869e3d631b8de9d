import { SessionError, SessionManager, type SessionStore, serverSide } from "@coatcheck/core";
import {
  type Engine,
  type EngineProxy,
  startMariadb,
  startOrSkip,
  startPostgres,
  startProxy,
  startRedis,
} from "@coatcheck/engines";
import { type OpenStore, openStore } from "@coatcheck/engines/open-store";
import { browser } from "@coatcheck/testing";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { redisStore } from "../../src/redis.ts";

const USERS = 12;
const ROUNDS = 8;

/** `/join` creates the session, `/visit` writes to it, `/name` reads it. */
type Path = "/join" | "/visit" | "/name";

interface Client {
  readonly name: string;
  readonly start: () => Promise<Engine>;
  readonly open: (url: string) => Promise<OpenStore>;
}

const CLIENTS: readonly Client[] = [
  { name: "redis", start: startRedis, open: (url) => openStore("redis", url) },
  { name: "ioredis", start: startRedis, open: openIoredis },
  { name: "pg", start: startPostgres, open: (url) => openStore("postgres", url) },
  { name: "mysql2", start: startMariadb, open: (url) => openStore("mariadb", url) },
];

async function openIoredis(url: string): Promise<OpenStore> {
  const client = new Redis(url);
  client.on("error", () => {});
  return { store: redisStore(client), close: () => client.disconnect() };
}

/** The answer of the application: the name in the session, or the code of an error. */
type Answer = string | { readonly code: string };

/** A user whose session holds their name. */
interface User {
  readonly name: string;
  /** @param timeout - seconds that a store operation may take. @default 10 */
  request(path: Path, timeout?: number): Promise<Answer>;
}

function userOf(store: SessionStore, name: string): User {
  let storeTimeout = 10;
  const client = browser({
    fetch: async (request) => {
      const sessions = new SessionManager<{ name: string; visits: number }>({
        mode: serverSide(store, { timeout: storeTimeout }),
      });
      try {
        return await sessions.handle(request, async (pending) => {
          const session = await pending;
          if (request.url.endsWith("/join")) session.set("name", name);
          if (request.url.endsWith("/visit")) session.update("visits", (visits = 0) => visits + 1);
          return Response.json(session.get("name") ?? "no name");
        });
      } catch (error) {
        if (!(error instanceof SessionError)) throw error;
        return Response.json({ code: error.code }, { status: 500 });
      }
    },
  });
  return {
    name,
    async request(path, timeout = 10) {
      storeTimeout = timeout;
      return (await client.fetch(path)).json();
    },
  };
}

for (const { name, start, open } of CLIENTS) {
  const engine = await startOrSkip(`answers to the wrong user over ${name}`, start);

  describe.skipIf(engine === undefined)(`redis-py, 20 March 2023: answers to the wrong user, over ${name}`, () => {
    let proxy: EngineProxy;
    let opened: OpenStore;
    let users: readonly User[];

    const requestAll = (path: Path, timeout?: number) =>
      Promise.all(users.map(async (user) => ({ user: user.name, answer: await user.request(path, timeout) })));
    /** Every user gets their own name or a failure of the store. */
    const expectOwnAnswers = (answers: readonly { readonly user: string; readonly answer: Answer }[]) => {
      const isOwn = (user: string, answer: Answer): boolean =>
        typeof answer === "string" ? answer === user : answer.code === "STORE_FAILED";
      expect(answers.filter(({ user, answer }) => !isOwn(user, answer))).toEqual([]);
    };

    /** Waits for the end of the outage. Then every user gets their own name. */
    const expectRecovery = async () => {
      await expect.poll(() => users[0]?.request("/name"), { timeout: 20_000 }).toBe("user 0");
      expect((await requestAll("/name")).filter(({ user, answer }) => answer !== user)).toEqual([]);
    };

    beforeAll(async () => {
      proxy = await startProxy(engine?.url ?? "");
    });
    afterAll(async () => {
      await proxy.stop();
      await engine?.stop();
    });
    beforeEach(async () => {
      opened = await open(proxy.url);
      users = Array.from({ length: USERS }, (_, index) => userOf(opened.store, `user ${index}`));
      expect((await requestAll("/join")).map(({ answer }) => answer)).toEqual(users.map((user) => user.name));
    });
    afterEach(async () => {
      await opened.close();
    });

    it("SEC-42 SEC-43 gives every user their own data while connections break during commands", async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const answers = requestAll(round % 3 ? "/name" : "/visit");
        if (round % 2) proxy.cutAfterRequest();
        else proxy.cut();
        expectOwnAnswers(await answers);
        await expectRecovery();
      }
    });

    it("SEC-42 SEC-43 gives every user their own data when the answers to timed-out commands arrive later", async () => {
      for (const path of ["/name", "/visit"] as const) {
        proxy.stall();
        const timedOut = await requestAll(path, 0.2);
        expect(timedOut.map(({ answer }) => answer)).toEqual(users.map(() => ({ code: "STORE_FAILED" })));
        const waiting = requestAll("/name");
        proxy.resume();
        expectOwnAnswers(await waiting);
        await expectRecovery();
      }
    });
  });
}
