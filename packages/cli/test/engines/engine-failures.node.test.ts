import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { startMariadb, startOrSkip, startPostgres, startRedis } from "@coatcheck/engines";
import { Pool } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { ESCAPED_PASSWORD, failToList, failureOf, PASSWORD } from "../support/failures.ts";
import { COMMAND, coatcheck, inProcess, runProgram } from "../support/run-coatcheck.ts";

const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
const redis = await startOrSkip("wrong passwords on Redis", () => startRedis(["--requirepass", "another"]));
const postgres = await startOrSkip("wrong passwords on PostgreSQL", startPostgres);
const mariadb = await startOrSkip("wrong passwords on MariaDB", startMariadb);
if (postgres !== undefined) await requirePasswords(postgres.url);

afterAll(async () => {
  for (const engine of [redis, postgres, mariadb]) await engine?.stop();
  rmSync(folder, { recursive: true });
});

const list = (url: string, cwd = folder) => failToList(url, cwd);

describe("coatcheck with an engine that cannot be reached", () => {
  const urls = {
    PostgreSQL: `postgres://eve:${ESCAPED_PASSWORD}@127.0.0.1:1/shop`,
    MySQL: `mysql://eve:${ESCAPED_PASSWORD}@127.0.0.1:1/shop`,
    MariaDB: `mariadb://eve:${ESCAPED_PASSWORD}@127.0.0.1:1/shop`,
    Redis: `redis://eve:${ESCAPED_PASSWORD}@127.0.0.1:1`,
  };
  for (const [name, url] of Object.entries(urls)) {
    it(`SEC-41 shows the address of ${name}, and not the password`, async () => {
      const { status, code, message } = await list(url, process.cwd());
      expect([status, code]).toEqual([3, "ENGINE_UNREACHABLE"]);
      expect(message).toContain(`${name} at 127.0.0.1:1 cannot be reached: the connection is refused`);
    });
  }

  it("reports a host name that does not exist", async () => {
    expect(await list("redis://nowhere.invalid")).toMatchObject({ status: 3, code: "ENGINE_UNREACHABLE" });
  });

  it("gives up on a server that accepts a connection and never answers", async () => {
    const { server, port } = await silentServer();
    const failures = ["postgres", "mysql", "redis"].map((scheme) =>
      list(`${scheme}://eve@127.0.0.1:${port}/`, process.cwd()),
    );
    for (const { code, message } of await Promise.all(failures)) {
      expect([code, message]).toEqual(["ENGINE_UNREACHABLE", expect.stringContaining("the server does not answer")]);
    }
    server.close();
  });
});

describe("coatcheck with an engine that denies access", () => {
  it.skipIf(postgres === undefined)("SEC-41 reports PostgreSQL without the password", async () => {
    const at = `127.0.0.1:${postgres?.port}`;
    for (const user of [`guarded:${ESCAPED_PASSWORD}wrong`, "guarded", "unknown"]) {
      expect(await list(`postgres://${user}@${at}/coatcheck`)).toMatchObject({
        status: 3,
        code: "ENGINE_REFUSED",
        message: expect.stringContaining(`PostgreSQL at ${at}`),
      });
    }
    // With access, it finds no table, and says how to create it.
    const withAccess = await list(
      `postgres://guarded:${ESCAPED_PASSWORD}@${at}/coatcheck?application_name=${ESCAPED_PASSWORD}`,
    );
    expect(withAccess).toMatchObject({
      code: "NOT_MIGRATED",
      message: expect.stringContaining(`coatcheck migrate up --url "postgres://guarded@${at}/coatcheck"`),
    });
    const { message } = await list(`postgres://coatcheck@${at}/elsewhere`);
    expect(message).toContain("has no database with the name in the URL");
  });

  it.skipIf(mariadb === undefined)("SEC-41 reports MariaDB without the password", async () => {
    const at = `127.0.0.1:${mariadb?.port}`;
    expect(await list(`mariadb://root:${ESCAPED_PASSWORD}@${at}/coatcheck`)).toMatchObject({
      status: 3,
      code: "ENGINE_REFUSED",
    });
    expect((await list(`mariadb://root@${at}/elsewhere`)).message).toContain("has no database");
  });

  it.skipIf(redis === undefined)("SEC-41 reports Redis without the password", async () => {
    const at = `127.0.0.1:${redis?.port}`;
    for (const user of [`:${ESCAPED_PASSWORD}@`, ""]) {
      expect(await list(`redis://${user}${at}`)).toMatchObject({ status: 3, code: "ENGINE_REFUSED" });
    }
  });
});

describe("coatcheck with another kind of server", () => {
  it("escapes control characters in its answer", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.end("-ERR \u001b[2J\u202eyou\r\n")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { code, message } = await list(`redis://127.0.0.1:${port}`, process.cwd());
    server.close();
    expect(code).toBe("ENGINE_FAILED");
    expect(message).toContain("\\u001b[2J\\u202eyou");
  });
});

describe("coatcheck with a table of another application", () => {
  const url = join(folder, "other.db");

  it("leaves the table unchanged, and names the option for another one", async () => {
    const db = new DatabaseSync(url);
    db.exec("create table sessions (name text)");
    for (const args of [["migrate", "up"], ["migrate", "down", "--yes"], ["migrate", "status"], ["sweep"]]) {
      const { message } = failureOf(await inProcess([...args, "--url", url, "--json"], { cwd: folder }));
      expect(message, args.join(" ")).toMatch(/not a session table.*--table <name>/);
    }
    expect(db.prepare("select name from sqlite_master").all()).toEqual([{ name: "sessions" }]);
    db.close();
  });
});

describe("coatcheck with a SQLite file", () => {
  it("does not create a missing file in order to read it", async () => {
    for (const args of [
      ["sweep"],
      ["migrate", "status"],
      ["migrate", "down", "--yes"],
      ["sessions", "list", "--subject", "eve"],
    ]) {
      const run = await inProcess([...args, "--url", "none.db", "--json"], { cwd: folder });
      expect(failureOf(run)).toMatchObject({ status: 3, code: "MISSING_FILE" });
    }
    // Still missing: the first command did not create it.
    expect(failureOf(await inProcess(["sweep", "--url", "none.db", "--json"], { cwd: folder })).code).toBe(
      "MISSING_FILE",
    );
  });

  it("reports a file that is not a database", async () => {
    writeFileSync(join(folder, "notes.db"), "This is a text file and not a database.\n".repeat(100));
    expect(await list("notes.db")).toMatchObject({ status: 3, code: "ENGINE_FAILED" });
  });
});

describe("coatcheck without a driver", () => {
  it("names the package to install", async () => {
    const main = installWithoutDrivers(join(folder, "lonely"));
    const [node, condition] = COMMAND;
    const packages = {
      "postgres://127.0.0.1:1/d": "pg",
      "mysql://127.0.0.1:1/d": "mysql2",
      "redis://127.0.0.1:1": "redis",
    };
    for (const [url, name] of Object.entries(packages)) {
      const args = ["sessions", "list", "--subject", "eve", "--json", "--url", url];
      const failure = failureOf(await runProgram([node, condition ?? "", main, ...args], { cwd: folder }));
      expect(failure).toMatchObject({ status: 3, code: "MISSING_DRIVER" });
      expect(failure.message).toContain(`npm install ${name}`);
    }
  });

  it("rejects an old version of redis before it runs the command", async () => {
    const old = join(folder, "old", "node_modules", "redis");
    mkdirSync(old, { recursive: true });
    // Like version 4, it has no destroy. Once, this was only noticed after the command had ended a session.
    writeFileSync(join(old, "index.js"), "exports.createClient = () => ({ on() {}, async connect() {} });");
    const { status, code, message } = await list("redis://127.0.0.1:1", join(folder, "old"));
    expect([status, code]).toEqual([3, "MISSING_DRIVER"]);
    expect(message).toContain("too old. Version 5 or newer");
  });

  it("finds the driver in the current project, also ioredis", async () => {
    const main = installWithoutDrivers(join(folder, "borrowing"));
    const project = join(folder, "project");
    mkdirSync(join(project, "node_modules"), { recursive: true });
    symlinkSync(join(modules, "ioredis"), join(project, "node_modules", "ioredis"));
    const [node, condition] = COMMAND;
    const args = ["sessions", "list", "--subject", "eve", "--json", "--url"];
    const run = (url: string) => runProgram([node, condition ?? "", main, ...args, url], { cwd: project });
    expect(failureOf(await run("redis://127.0.0.1:1"))).toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("the connection is refused"),
    });
    if (redis === undefined) return;
    const { stdout, status } = await run(`redis://:another@127.0.0.1:${redis.port}`);
    expect([status, stdout]).toEqual([0, '{"sessions":[]}\n']);
    expect(failureOf(await run(redis.url))).toMatchObject({ code: "ENGINE_REFUSED" });
  });
});

describe("coatcheck sessions with an empty subject", () => {
  it("is an error, because it comes from a variable that is not set", async () => {
    for (const command of ["list", "revoke-all"]) {
      const args = ["sessions", command, "--subject", "", "--url", "redis://127.0.0.1:1", "--json"];
      expect(failureOf(await inProcess(args))).toMatchObject({ status: 2, code: "USAGE" });
    }
  });
});

describe("coatcheck with a misspelled command or option", () => {
  it("suggests the right one", async () => {
    const command = await coatcheck(["secrt"]);
    expect(command).toEqual({
      status: 2,
      stdout: "",
      stderr: "error: unknown command 'secrt'\n(Did you mean secret?)\n",
    });
    const option = await inProcess(["sweep", "--batsh", "10"]);
    expect([option.status, option.stderr]).toEqual([2, expect.stringContaining("(Did you mean --batch?)")]);
    const below = await inProcess(["migrate", "upp", "--json"]);
    expect([below.status, JSON.parse(below.stderr).error.code]).toEqual([2, "USAGE"]);
  });
});

const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const ownModules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Installs the program with its dependencies and without drivers. Returns its main file. */
function installWithoutDrivers(target: string): string {
  const source = fileURLToPath(new URL("../..", import.meta.url));
  for (const name of ["src", "package.json"]) cpSync(join(source, name), join(target, name), { recursive: true });
  mkdirSync(join(target, "node_modules/@coatcheck"), { recursive: true });
  mkdirSync(join(target, "node_modules/@clack"));
  const { dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    // npm installs a version that only this package uses into its own folder, and a shared version at the top.
    const own = join(ownModules, name);
    symlinkSync(existsSync(own) ? own : join(modules, name), join(target, "node_modules", name));
  }
  return join(target, "src/main.ts");
}

/** Creates a role with a password, and makes the server require it. */
async function requirePasswords(connectionString: string): Promise<void> {
  const pool = new Pool({ connectionString });
  await pool.query(`create role guarded login password '${PASSWORD}'`);
  const { rows } = await pool.query("show hba_file");
  const lines = ["host all coatcheck 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256"];
  await pool.query(`copy (select unnest(array['${lines.join("', '")}'])) to '${rows[0].hba_file}'`);
  await pool.query("select pg_reload_conf()");
  // The server reloads its configuration a moment later.
  for (let attempt = 0; attempt < 100; attempt++) {
    const probe = new Pool({ connectionString: connectionString.replace("//coatcheck@", "//guarded:wrong@") });
    const hasAccess = await probe.query("select 1").then(
      () => true,
      () => false,
    );
    await probe.end();
    if (!hasAccess) break;
  }
  await pool.end();
}

/** A server that accepts connections and never answers. */
async function silentServer(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}
