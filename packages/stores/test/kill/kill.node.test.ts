import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SessionManager, serverSide } from "@coatcheck/core";
import { type Engine, startEngine, startOrSkip, startPostgres, startRedis } from "@coatcheck/engines";
import { type EngineName, openStore } from "@coatcheck/engines/open-store";
import { describe, expect, it } from "vitest";
import { type Counted, count } from "./counting-clients.ts";

/** Seconds of counting and killing. A longer run kills more often. */
const DURATION = Number(process.env["KILL_TEST_SECONDS"] ?? 10);
/** On a busy machine the run lasts longer, until there were as many kills. */
const MIN_KILLS = 3;
const USERS = 5;
const CLIENTS_PER_USER = 5;
/** Milliseconds, for a busy machine. */
const TIMEOUT = (DURATION + 240) * 1000;

type Running = Pick<Engine, "version" | "url" | "stop">;

const ENGINES: Partial<Record<EngineName, () => Promise<Running>>> = {
  redis: startRedis,
  postgres: startPostgres,
  sqlite: startSqlite,
};

describe("two servers on one engine, killed at random", () => {
  for (const [name, start] of Object.entries(ENGINES)) {
    const engine = name as EngineName;
    it.concurrent(
      `SEC-22 SEC-42 SEC-43 lose no confirmed increment on ${engine} and mix up no users`,
      async (test) => {
        const running = await startOrSkip(`the kill test on ${engine}`, start);
        if (running === undefined) return test.skip("its engine is not installed");
        const servers = await Promise.all([1, 2].map(() => startServer(engine, running.url)));
        try {
          const urls = servers.map((server) => server.url);
          const { kills, until } = killAtRandom(servers);
          const counted = await count(urls, { users: USERS, clientsPerUser: CLIENTS_PER_USER, until });
          const losses = await findLosses(engine, running.url, counted);
          const sum = (tally: ReadonlyMap<string, number>): number => [...tally.values()].reduce((a, b) => a + b, 0);
          process.stdout.write(
            `kill test on ${running.version}: ${sum(counted.confirmed)} increments confirmed, ${sum(counted.unknown)} ` +
              `not answered, ${kills()} kills\n`,
          );
          expect(counted.misdelivered).toBe(0);
          expect(losses).toEqual([]);
          expect(sum(counted.confirmed)).toBeGreaterThan(USERS * CLIENTS_PER_USER);
        } finally {
          await Promise.all(servers.map((server) => server.stop()));
          await running.stop();
        }
      },
      TIMEOUT,
    );
  }
});

/** Kills a random server at a random moment and restarts it, again and again. */
function killAtRandom(servers: readonly Engine[]): { kills: () => number; until: Promise<void> } {
  let kills = 0;
  const end = performance.now() + DURATION * 1000;
  async function run(): Promise<void> {
    while (performance.now() < end || kills < MIN_KILLS) {
      await setTimeout(500 + Math.random() * 2_000);
      const victim = servers[Math.floor(Math.random() * servers.length)];
      await victim?.kill();
      kills += 1;
      await setTimeout(Math.random() * 500);
      await victim?.restart();
    }
  }
  return { kills: () => kills, until: run() };
}

/** Compares the sessions with the answers that the clients received. Returns the differences. */
async function findLosses(engine: EngineName, url: string, counted: Counted): Promise<string[]> {
  const { store, close } = await openStore(engine, url);
  const sessions = new SessionManager<Record<string, number>>({ mode: serverSide(store) });
  const losses: string[] = [];
  for (const [user, cookie] of counted.cookies) {
    const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
    const confirmed = counted.confirmed.get(user) ?? 0;
    const unknown = counted.unknown.get(user) ?? 0;
    const total = session.get("count") ?? 0;
    if (session.subject !== user) losses.push(`${user} has the session of ${session.subject}`);
    if (total < confirmed || total > confirmed + unknown) {
      losses.push(`${user}: ${confirmed} increments confirmed, ${unknown} unknown, but ${total} in the session`);
    }
    for (const { name, sent, confirmed: last } of counted.counters.filter((counter) => counter.user === user)) {
      const step = session.get(name) ?? 0;
      if (step < last || step > sent) losses.push(`${name} of ${user}: step ${last} confirmed, ${step} in the session`);
    }
  }
  await close();
  return losses;
}

function startServer(engine: EngineName, url: string): Promise<Engine> {
  const program = fileURLToPath(new URL("counting-server.ts", import.meta.url));
  return startEngine({
    version: "server",
    url: (port) => `http://127.0.0.1:${port}`,
    command: (_folder, port) => [process.execPath, "--conditions=@coatcheck/source", program, engine, url, `${port}`],
    ready: /listening/,
  });
}

/** Creates a folder for a SQLite file, which both servers open. */
async function startSqlite(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-sqlite-"));
  const { version } = new DatabaseSync(":memory:").prepare("select sqlite_version() as version").get() ?? {};
  return {
    version: `SQLite ${version}`,
    url: join(folder, "sessions.db"),
    stop: async () => rmSync(folder, { recursive: true }),
  };
}
