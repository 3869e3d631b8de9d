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

/** `/join` begins the session, `/visit` writes to it, `/name` reads. */
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

/** A user who is told their own name by each request, unless the store failed. */
interface User {
  readonly name: string;
  /** What the application read, or the code of the error that it met. */
  ask(path: Path, seconds?: number): Promise<unknown>;
}

function userOf(store: SessionStore, name: string): User {
  let timeout = 10;
  const client = browser({
    fetch: async (request) => {
      const sessions = new SessionManager<{ name: string; visits: number }>({ mode: serverSide(store, { timeout }) });
      try {
        return await sessions.handle(request, async (pending) => {
          const session = await pending;
          if (request.url.endsWith("/join")) session.set("name", name);
          if (request.url.endsWith("/visit")) session.update("visits", (visits = 0) => visits + 1);
          return Response.json(session.get("name") ?? "nobody");
        });
      } catch (error) {
        if (!(error instanceof SessionError)) throw error;
        return Response.json({ code: error.code }, { status: 500 });
      }
    },
  });
  return {
    name,
    async ask(path, seconds = 10) {
      timeout = seconds;
      return (await client.fetch(path)).json();
    },
  };
}

for (const { name, start, open } of CLIENTS) {
  const engine = await startOrSkip(`answers that cross over ${name}`, start);

  describe.skipIf(engine === undefined)(
    `redis-py, 20 March 2023: answers that reach another user, over ${name}`,
    () => {
      let proxy: EngineProxy;
      let opened: OpenStore;
      let users: readonly User[];

      const askAll = (path: Path, seconds?: number) =>
        Promise.all(users.map(async (user) => ({ user: user.name, said: await user.ask(path, seconds) })));
      /** Each has been told their own name, or that it did not work. */
      const expectOwn = (answers: readonly { readonly user: string; readonly said: unknown }[]) => {
        const foreign = answers.filter(({ user, said }) => said !== user && Object(said)["code"] !== "STORE_FAILED");
        expect(foreign).toEqual([]);
      };

      /** The outage is over, and everybody is who they were. */
      const expectWell = async () => {
        await expect.poll(() => users[0]?.ask("/name"), { timeout: 20_000 }).toBe("user 0");
        expect((await askAll("/name")).filter(({ user, said }) => said !== user)).toEqual([]);
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
        expect((await askAll("/join")).map(({ said }) => said)).toEqual(users.map((user) => user.name));
      });
      afterEach(async () => {
        await opened.close();
      });

      it("SEC-42 SEC-43 tells all users their own name while connections are cut under their commands", async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const answers = askAll(round % 3 ? "/name" : "/visit");
          if (round % 2) proxy.cutAfterRequest();
          else proxy.cut();
          expectOwn(await answers);
          await expectWell();
        }
      });

      it("SEC-42 SEC-43 tells all users their own name when commands were given up whose answers come later", async () => {
        for (const path of ["/name", "/visit"] as const) {
          proxy.stall();
          const givenUp = await askAll(path, 0.2);
          expect(givenUp.map(({ said }) => said)).toEqual(users.map(() => ({ code: "STORE_FAILED" })));
          const waiting = askAll("/name");
          proxy.resume();
          expectOwn(await waiting);
          await expectWell();
        }
      });
    },
  );
}
