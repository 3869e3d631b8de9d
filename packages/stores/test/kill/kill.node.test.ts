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
import { count } from "./counting-clients.ts";

/** Seconds of counting and killing. */
const DURATION = 30;
const USERS = 10;
const CLIENTS_PER_USER = 5;

type Running = Pick<Engine, "version" | "url" | "stop">;

const ENGINES: Partial<Record<EngineName, () => Promise<Running>>> = {
  redis: startRedis,
  postgres: startPostgres,
  sqlite: startSqlite,
};

describe("two servers on one engine, one of them killed at random", () => {
  for (const [name, start] of Object.entries(ENGINES)) {
    const engine = name as EngineName;
    it.concurrent(
      `SEC-22 SEC-42 SEC-43 lose no confirmed increment on ${engine}, and mix up nobody`,
      async (test) => {
        const running = await startOrSkip(`the kill test on ${engine}`, start);
        if (running === undefined) return test.skip("its engine is not installed");
        const servers = await Promise.all([1, 2].map(() => startServer(engine, running.url)));
        try {
          const { kills, until } = killAtRandom(servers, DURATION * 1000);
          const urls = servers.map((server) => server.url);
          const counted = await count(urls, { users: USERS, clientsPerUser: CLIENTS_PER_USER, until });
          const lost = await findLoss(engine, running.url, counted);
          const sum = (tally: ReadonlyMap<string, number>): number => [...tally.values()].reduce((a, b) => a + b, 0);
          process.stdout.write(
            `kill test on ${running.version}: ${sum(counted.confirmed)} increments confirmed, ${sum(counted.unknown)} ` +
              `not answered, ${kills()} kills in ${DURATION} s\n`,
          );
          expect(counted.misdelivered).toBe(0);
          expect(lost).toEqual([]);
          expect(kills()).toBeGreaterThan(2);
          expect(sum(counted.confirmed)).toBeGreaterThan(USERS * CLIENTS_PER_USER);
        } finally {
          await Promise.all(servers.map((server) => server.stop()));
          await running.stop();
        }
      },
      (DURATION + 120) * 1000,
    );
  }
});

/** What is in the sessions, against what the clients were told; empty when it agrees. */
async function findLoss(
  engine: EngineName,
  url: string,
  counted: Awaited<ReturnType<typeof count>>,
): Promise<string[]> {
  const { store, close } = await openStore(engine, url);
  const sessions = new SessionManager<Record<string, number>>({ mode: serverSide(store) });
  const losses: string[] = [];
  for (const [user, cookie] of counted.cookies) {
    const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
    const confirmed = counted.confirmed.get(user) ?? 0;
    const unknown = counted.unknown.get(user) ?? 0;
    const total = session.get("count") ?? 0;
    if (session.subject !== user) losses.push(`${user} finds the session of ${session.subject}`);
    if (total < confirmed || total > confirmed + unknown) {
      losses.push(`${user} was confirmed ${confirmed}, and not ${unknown}; the session says ${total}`);
    }
    for (const { name, sent, confirmed: last } of counted.counters.filter((counter) => counter.user === user)) {
      const step = session.get(name) ?? 0;
      if (step < last || step > sent) losses.push(`${name} of ${user} was confirmed ${last}; the session says ${step}`);
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

/** No server: a file that both processes open. */
async function startSqlite(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-sqlite-"));
  const { version } = new DatabaseSync(":memory:").prepare("select sqlite_version() as version").get() ?? {};
  return {
    version: `SQLite ${version}`,
    url: join(folder, "sessions.db"),
    stop: async () => rmSync(folder, { recursive: true }),
  };
}

/** Kills one server after the other, and starts it again, at moments nobody chose. */
function killAtRandom(servers: readonly Engine[], duration: number): { kills: () => number; until: Promise<void> } {
  let kills = 0;
  const end = performance.now() + duration;
  async function go(): Promise<void> {
    while (performance.now() < end) {
      await setTimeout(500 + Math.random() * 2_000);
      const victim = servers[Math.floor(Math.random() * servers.length)];
      await victim?.kill();
      kills += 1;
      await setTimeout(Math.random() * 500);
      await victim?.restart();
    }
  }
  return { kills: () => kills, until: go() };
}
