import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccountManager, login, rememberMe } from "@coatcheck/auth";
import { type SessionMode, type SessionStore, type SubjectIndex, serverSide, signedCookie } from "@coatcheck/core";
import { startMariadb, startOrSkip, startPostgres, startRedis } from "@coatcheck/engines";
import { type EngineName, type OpenStore, openStore } from "@coatcheck/engines/open-store";
import { secret } from "@coatcheck/test-support";
import { browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieLines, SUBJECT, valueIn } from "../support/cookies.ts";
import { coatcheck, inProcess } from "../support/run-coatcheck.ts";

const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
const redis = await startOrSkip("the command line on Redis", startRedis);
const postgres = await startOrSkip("the command line on PostgreSQL", startPostgres);
const mariadb = await startOrSkip("the command line on MariaDB", startMariadb);
for (const engine of [redis, postgres, mariadb]) if (engine) process.stdout.write(`engine: ${engine.version}\n`);

afterAll(async () => {
  for (const engine of [redis, postgres, mariadb]) await engine?.stop();
  rmSync(folder, { recursive: true });
});

const file = join(folder, "sessions.db");

interface EngineCase {
  readonly name: EngineName;
  /** The URL for the command line. */
  readonly url: string | undefined;
  /** The address for the store. */
  readonly at: string | undefined;
}

const sqlEngines: readonly EngineCase[] = [
  { name: "sqlite", url: `sqlite://${file}`, at: file },
  { name: "postgres", url: postgres?.url, at: postgres?.url },
  { name: "mariadb", url: mariadb?.url.replace("mysql:", "mariadb:"), at: mariadb?.url },
];
const engines: readonly EngineCase[] = [...sqlEngines, { name: "redis", url: redis?.url, at: redis?.url }];

describe.each(sqlEngines)("coatcheck migrate on $name", ({ url = "" }) => {
  it.skipIf(url === "")("creates the table, lists pending and done migrations, and removes the table", async () => {
    const at = ["--url", url, "--table", "visits"];
    if (!url.startsWith("sqlite")) {
      expect(await coatcheck(["migrate", "status", ...at])).toMatchObject({
        status: 1,
        stdout: "0001_create_sessions  pending\n",
      });
    }
    const up = await coatcheck(["migrate", "up", ...at]);
    expect(up).toEqual({ status: 0, stdout: "done: 0001_create_sessions\n", stderr: "" });
    // Again, with the URL in the environment.
    const again = await coatcheck(["migrate", "up", "--table", "visits", "--json"], { env: { DATABASE_URL: url } });
    expect(again).toMatchObject({ status: 0, stdout: '{"done":[]}\n' });
    const status = await coatcheck(["migrate", "status", ...at, "--json"]);
    expect(status.status).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      pending: false,
      migrations: [{ name: "0001_create_sessions", doneAt: expect.stringMatching(/^\d{4}-/) }],
    });
    const refused = await coatcheck(["migrate", "down", ...at]);
    expect([refused.status, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain("Add --yes");
    const down = await coatcheck(["migrate", "down", ...at, "--yes"]);
    expect(down).toMatchObject({ status: 0, stdout: "undone: 0001_create_sessions\n" });
    const none = await coatcheck(["sweep", ...at]);
    expect(none.status).toBe(3);
    expect(none.stderr).toContain("coatcheck migrate up --url");
    expect(none.stderr).toContain("--table visits");
  });
});

describe("coatcheck migrate sql", () => {
  it.skipIf(postgres === undefined)("prints statements that PostgreSQL accepts", async () => {
    const { stdout } = await inProcess(["migrate", "sql", "--dialect", "postgres", "--table", "printed"]);
    const opened = await openStore("postgres", postgres?.url ?? "");
    const { Pool } = await import("pg");
    const pool = new Pool({ connectionString: postgres?.url });
    await pool.query(stdout);
    expect((await pool.query("select count(*)::int as count from printed")).rows).toEqual([{ count: 0 }]);
    await pool.end();
    await opened.close();
  });

  it("prints the dialect of the URL's engine without connecting to it", async () => {
    const keywords = {
      "postgres://u@127.0.0.1:1/d": "identity",
      "mysql://127.0.0.1:1/d": "auto_increment",
      "x.db": "autoincrement",
    };
    for (const [url, keyword] of Object.entries(keywords)) {
      expect((await inProcess(["migrate", "sql", "--url", url])).stdout).toContain(keyword);
    }
    const { stdout } = await inProcess(["migrate", "sql", "--dialect", "sqlite", "--down", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ direction: "down", sql: expect.stringContaining("drop table") });
  });
});

describe.each(engines)("coatcheck sessions on $name", ({ name, url = "", at = "" }) => {
  let opened: OpenStore;
  beforeAll(async () => {
    if (url !== "") opened = await openStore(name, at);
  });
  afterAll(() => opened?.close());

  it.skipIf(url === "")(
    "SEC-24 SEC-27 lists the sessions of a subject with their devices, ends one, and ends all but one",
    async () => {
      const sessions = new AccountManager({ mode: serverSide(opened.store) });
      const subject = `${SUBJECT} of ${name}`;
      const devices = await Promise.all(
        ["Firefox/140.0", "Chrome/140.0", "Edg/140.0"].map(async (agent) => {
          const client = browser({
            fetch: (request) =>
              sessions.handle(request, async (pending) => {
                const session = await pending;
                if (new URL(request.url).pathname === "/login") await login(session, subject);
                return new Response(session.subject ?? "anonymous");
              }),
          });
          await client.fetch("/login", { headers: { "User-Agent": `Mozilla/5.0 (X11; Linux x86_64) ${agent}` } });
          return client;
        }),
      );
      const subjects = (): Promise<string[]> =>
        Promise.all(devices.map(async (client) => (await client.fetch("/")).text()));
      const list = async () => {
        const run = await coatcheck(["sessions", "list", "--subject", subject, "--url", url, "--json"]);
        expect([run.status, run.stderr]).toEqual([0, ""]);
        return JSON.parse(run.stdout).sessions;
      };

      const found = await list();
      expect(found).toHaveLength(3);
      for (const one of found) {
        expect(one).toMatchObject({
          subject,
          device: expect.stringContaining(" on Linux"),
          expiresAt: expect.any(String),
        });
      }
      const text = await inProcess(["sessions", "list", "--subject", subject, "--url", url]);
      expect(text.stdout).toContain("Firefox on Linux");
      expect(text.stdout).toContain("(in 23 hours)");

      const firefox = found.find(({ device }: { device: string }) => device.startsWith("Firefox")).id;
      const chrome = found.find(({ device }: { device: string }) => device.startsWith("Chrome")).id;
      expect(await coatcheck(["sessions", "revoke", firefox, "--url", url])).toMatchObject({ status: 0 });
      expect(await subjects()).toEqual(["anonymous", subject, subject]);
      expect(await coatcheck(["sessions", "revoke", firefox, "--url", url, "--json"])).toEqual({
        status: 1,
        stdout: '{"revoked":false}\n',
        stderr: "",
      });
      const others = ["sessions", "revoke-all", "--subject", subject, "--except", chrome, "--url", url];
      expect(await coatcheck(others)).toMatchObject({ status: 0, stdout: "1 session ended.\n" });
      expect(await subjects()).toEqual(["anonymous", subject, "anonymous"]);
      await coatcheck(["sessions", "revoke-all", "--subject", subject, "--url", url]);
      expect(await list()).toEqual([]);
    },
  );

  // Once, only the sessions ended, and the browsers logged in again with their remember-me cookies.
  it.skipIf(url === "")("SEC-24 SEC-52 ends remember-me logins together with their sessions", async () => {
    const store = opened.store as SessionStore & SubjectIndex;
    const sessions = new AccountManager({ mode: serverSide(store), extensions: [rememberMe({ store })] });
    const subject = `${SUBJECT}, remembered by ${name}`;
    const remembered = async () => {
      let id: string | undefined;
      const client = browser({
        fetch: (request) =>
          sessions.handle(request, async (pending) => {
            const session = await pending;
            if (new URL(request.url).pathname === "/login") await login(session, subject, { remember: true });
            id = session.id;
            return new Response(session.subject ?? "anonymous");
          }),
      });
      await client.fetch("/login");
      await client.fetch("/");
      return {
        id,
        comeBack: async () => {
          // Removes the session cookie, as a browser does when it is closed.
          await client.setCookie("__Host-session=; Path=/; Secure; Max-Age=0");
          return (await client.fetch("/")).text();
        },
      };
    };
    const [one, two, three] = [await remembered(), await remembered(), await remembered()];
    expect(await coatcheck(["sessions", "revoke", one.id ?? "", "--url", url])).toMatchObject({ status: 0 });
    expect([await one.comeBack(), await two.comeBack()]).toEqual(["anonymous", subject]);
    expect(await coatcheck(["sessions", "revoke-all", "--subject", subject, "--url", url])).toMatchObject({
      status: 0,
    });
    expect([await two.comeBack(), await three.comeBack()]).toEqual(["anonymous", "anonymous"]);
  });

  it.skipIf(url === "")("tells whether the session of a cookie is in the store", async () => {
    const value = valueIn(await cookieLines(serverSide(opened.store)));
    const inspect = async () => (await inProcess(["inspect", "--url", url, "--json"], { stdin: value })).stdout;
    expect(JSON.parse(await inspect())).toMatchObject({
      session: { subject: SUBJECT, data: { cart: ["a book"] } },
      verdict: { answer: "accepted" },
    });
    await coatcheck(["sessions", "revoke-all", "--subject", SUBJECT, "--url", url]);
    expect(JSON.parse(await inspect()).verdict.reason).toBe("not-found");
  });

  it.skipIf(url === "")("SEC-24 ends sessions in cookies through their revocations", async () => {
    const env = { SESSION_SECRET: secret() };
    const mode: SessionMode = signedCookie({ secrets: env.SESSION_SECRET, revocations: opened.store });
    const name = "sid";
    const cookies = [
      `sid=${valueIn(await cookieLines(mode, { name }))}`,
      `sid=${valueIn(await cookieLines(mode, { name }))}`,
    ];
    const inspect = async (stdin: string) => {
      const args = ["inspect", "--url", url, "--revocations", "--json"];
      const { session, verdict } = JSON.parse((await inProcess(args, { stdin, env })).stdout);
      return { id: session?.id, verdict: verdict.reason ?? verdict.answer };
    };
    const [one = "", two = ""] = cookies;
    const { id, verdict } = await inspect(one);
    expect(verdict).toBe("accepted");
    const at = ["--url", url, "--revocations", "--cookie-name", name];
    expect(await coatcheck(["sessions", "revoke", id, ...at])).toMatchObject({ status: 0 });
    expect([(await inspect(one)).verdict, (await inspect(two)).verdict]).toEqual(["revoked", "accepted"]);
    const all = await coatcheck(["sessions", "revoke-all", "--subject", SUBJECT, ...at]);
    expect(all).toMatchObject({ status: 0, stdout: "All sessions have ended.\n" });
    expect((await inspect(two)).verdict).toBe("revoked");
  });

  it.skipIf(url === "")("rejects an invalid table or prefix, and the option of another engine", async () => {
    const [own, other] = name === "redis" ? ["--prefix", "--table"] : ["--table", "--prefix"];
    const wrong = await inProcess(["sessions", "list", "--subject", SUBJECT, "--url", url, other ?? "", "elsewhere"]);
    expect([wrong.status, wrong.stderr.includes(own ?? "")]).toEqual([2, true]);
    const odd = await inProcess(["sessions", "list", "--subject", SUBJECT, "--url", url, own ?? "", "a'b; c"]);
    expect([odd.status, odd.stdout]).toEqual([2, ""]);
  });
});

describe("coatcheck sessions revoke with --revocations", () => {
  it("stores a revocation that survives a sweep for as long as browsers store the cookie", async () => {
    const env = { SESSION_SECRET: secret() };
    const opened = await openStore("sqlite", file);
    const mode = signedCookie({ secrets: env.SESSION_SECRET, revocations: opened.store });
    const stdin = valueIn(await cookieLines(mode));
    const inspect = async () => {
      const run = await inProcess(["inspect", "--url", file, "--revocations", "--json"], { stdin, env });
      return JSON.parse(run.stdout);
    };
    const { id } = (await inspect()).session;
    await inProcess(["sessions", "revoke", id, "--url", file, "--revocations"]);
    await inProcess(["sweep", "--url", file], { now: Date.now() + 300 * 24 * 3600 * 1000 });
    expect((await inspect()).verdict.reason).toBe("revoked");
    await opened.close();
  });
});

describe("coatcheck sweep on Redis", () => {
  it("does nothing, and says why", async () => {
    const { status, stdout } = await inProcess(["sweep", "--url", "redis://127.0.0.1:1"]);
    expect([status, stdout]).toEqual([0, "Nothing to do: Redis removes expired sessions by itself.\n"]);
  });
});
