import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccountManager, login, providerSessions, sessionLimit } from "@coatcheck/auth";
import { type SessionStore, type SubjectIndex, serverSide } from "@coatcheck/core";
import { startMariadb, startOrSkip, startPostgres, startRedis } from "@coatcheck/engines";
import { type EngineName, openStore } from "@coatcheck/engines/open-store";
import { afterAll, describe, expect, it } from "vitest";
import { device, isAlive } from "../support/device.ts";

const LOGINS = 20;
const MAX = 3;

/** The logins use this many connections, as if from different servers. */
const CONNECTIONS = 4;

const folder = await mkdtemp(join(tmpdir(), "coatcheck-"));
const redis = await startOrSkip("the session limit on Redis", startRedis);
const postgres = await startOrSkip("the session limit on PostgreSQL", startPostgres);
const mariadb = await startOrSkip("the session limit on MariaDB", startMariadb);
for (const engine of [redis, postgres, mariadb]) if (engine) process.stdout.write(`engine: ${engine.version}\n`);

afterAll(async () => {
  for (const engine of [redis, postgres, mariadb]) await engine?.stop();
  await rm(folder, { recursive: true });
});

const engines: readonly (readonly [name: EngineName, url: string | undefined])[] = [
  ["sqlite", join(folder, "sessions.db")],
  ["redis", redis?.url],
  ["postgres", postgres?.url],
  ["mariadb", mariadb?.url],
];

for (const [name, url] of engines) {
  describe.skipIf(url === undefined)(`on ${name}, with ${CONNECTIONS} connections`, () => {
    for (const onExceed of ["evict-oldest", "refuse"] as const) {
      it(`SEC-25 leaves ${MAX} sessions of ${LOGINS} parallel logins, ${onExceed}`, async () => {
        const opened = await openAll(name, url);
        for (let round = 0; round < 5; round++) {
          const subject = `eve ${onExceed} ${round}`;
          const servers = opened.map(
            ({ store }) =>
              new AccountManager({ mode: serverSide(store), extensions: [sessionLimit({ max: MAX, onExceed })] }),
          );
          const [sessions] = servers as [AccountManager];
          const devices = Array.from({ length: LOGINS }, (_, index) =>
            device(servers[index % CONNECTIONS] as AccountManager),
          );
          const results = await Promise.allSettled(
            devices.map(({ visit }) => visit((session) => login(session, subject))),
          );
          for (const result of results) {
            if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "TOO_MANY_SESSIONS" });
          }
          const alive = await Promise.all(devices.map((each) => isAlive(each, sessions)));
          expect(alive.filter(Boolean)).toHaveLength(MAX);
          expect(await sessions.list(subject)).toHaveLength(MAX);
        }
        for (const { close } of opened) await close();
      });
    }

    it(`SEC-24 ends all of ${LOGINS} logins that race with a logout at the provider`, async () => {
      const opened = await openAll(name, url);
      const servers = opened.map(({ store }) => {
        const provider = providerSessions({ store: store as SessionStore & SubjectIndex });
        return { provider, sessions: new AccountManager({ mode: serverSide(store), extensions: [provider] }) };
      });
      const logins = Array.from({ length: LOGINS }, async (_, index) => {
        const { sessions } = servers[index % CONNECTIONS] as (typeof servers)[number];
        const browser = device(sessions);
        await browser.visit((session) => login(session, "grace", { sid: "sid-1" }));
        return { browser, sessions };
      });
      const [{ provider, sessions }] = servers as [(typeof servers)[number]];
      await logins[3];
      await provider.revokeBySid(sessions, "sid-1");
      for (const each of await Promise.all(logins)) expect(await isAlive(each.browser, each.sessions)).toBe(false);
      expect(await sessions.list("grace")).toEqual([]);
      for (const { close } of opened) await close();
    });
  });
}

async function openAll(name: EngineName, url: string | undefined) {
  // One after the other, because each creates the table if it does not exist.
  const opened = [];
  for (let count = 0; count < CONNECTIONS; count++) opened.push(await openStore(name, url ?? ""));
  return opened;
}
