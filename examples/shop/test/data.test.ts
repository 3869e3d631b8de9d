import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startOrSkip, startRedis } from "@coatcheck/engines";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { kindNames } from "../src/sessions/storage-kind.ts";
import { eve, fieldOf, submitFrom, textOf } from "./page-forms.ts";
import { runShop, type Shop, type ShopEnvironment, startShop } from "./shop-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const redis = await startOrSkip("the shop's sessions in Redis across a restart", startRedis);
afterAll(() => redis?.stop());
const kinds = kindNames.filter((kind) => kind !== "redis" || redis !== undefined);

let folder: ReturnType<typeof temporaryFolder>;
const started: Shop[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((shop) => shop.stop("SIGKILL")));
  folder.remove();
});

/** A shop whose data is in the folder of the test. */
async function start(environment: ShopEnvironment = {}): Promise<Shop> {
  const shop = await startShop({ SHOP_DATA: folder.path, ...(redis && { REDIS_URL: redis.url }), ...environment });
  started.push(shop);
  return shop;
}

describe.each(kinds)("a restart, MODE=%s", (MODE) => {
  it("keeps login, cart, theme and a remembered browser; SEC-22 and what was ended stays ended", async () => {
    const before = await start({ MODE });
    const [eveHere, guest] = [before.visitor(), before.visitor()];
    await eveHere.submit("/add_to_cart", { item: "book" });
    await eveHere.submit("/login", { ...eve, remember: "on" });
    await guest.submit("/login", eve);
    const thief = await guest.clone();
    await guest.submit("/logout", {});
    // Killed: what was confirmed must be on disk already.
    await before.stop("SIGKILL");

    const after = await start({ MODE });
    // Cookies belong to a host whatever the port.
    expect(await textOf(eveHere, `${after.url}/dashboard`)).toContain("Theme: dark");
    expect(await textOf(eveHere, `${after.url}/view_cart`)).toContain("Cart: ['book']");
    expect(await textOf(thief, `${after.url}/dashboard`)).toContain("<h1>Log in</h1>");
    await eveHere.setCookie("__Host-session=; Path=/; Secure; Max-Age=0");
    expect(await textOf(eveHere, `${after.url}/dashboard`)).toContain("Logged in by: remember-me");
  });
});

describe("what the shop keeps", () => {
  it("has a changed password after a restart", async () => {
    const before = await start();
    const visitor = before.visitor();
    await visitor.submit("/login", eve);
    await submitFrom(visitor, "/password", "/password", { current: eve.password, password: "correct horse" });
    await before.stop();
    const after = await start();
    expect((await after.visitor().submit("/login", eve)).status).toBe(401);
    expect((await after.visitor().submit("/login", { ...eve, password: "correct horse" })).status).toBe(200);
  });

  it("is the choice of each visitor, too", async () => {
    const before = await start();
    const visitor = before.visitor();
    await visitor.submit("/kind", { kind: "encrypted" });
    await visitor.submit("/add_to_cart", { item: "hat" });
    await before.stop();
    const after = await start();
    expect(await textOf(visitor, `${after.url}/`)).toContain("encrypted: ");
    expect(await textOf(visitor, `${after.url}/view_cart`)).toContain("Cart: ['hat']");
  });

  it("is for its owner only: the folder, and each file, in a folder that all may read as well", async () => {
    const [made, found] = [join(folder.path, "made"), join(folder.path, "found")];
    mkdirSync(found, { mode: 0o755 });
    for (const path of [made, found]) {
      await start({ SHOP_DATA: path });
      const files = readdirSync(path);
      expect(files.sort()).toEqual(["secret", "shop.db", "shop.db-shm", "shop.db-wal"]);
      for (const file of files) expect(statSync(join(path, file)).mode & 0o777, file).toBe(0o600);
    }
    expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it("has no secret where one is given, and never prints either", async () => {
    const SESSION_SECRET = randomBytes(32).toString("base64url");
    const given = await (await start({ SESSION_SECRET })).stop();
    expect(readdirSync(folder.path)).not.toContain("secret");
    const made = await (await start()).stop();
    const secret = readFileSync(join(folder.path, "secret"), "utf8").trim();
    for (const { stdout, stderr } of [given, made]) {
      expect(stdout + stderr).not.toContain(SESSION_SECRET);
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  it("is shared by two shops that start at once, and one secret is made", async () => {
    const [one, other] = await Promise.all([start({ MODE: "signed" }), start({ MODE: "signed" })]);
    const visitor = one.visitor();
    await visitor.submit("/add_to_cart", { item: "book" });
    expect(await textOf(visitor, `${other.url}/view_cart`)).toContain("Cart: ['book']");
    await visitor.submit("/login", eve);
    const dashboard = await textOf(visitor, `${other.url}/dashboard`);
    const body = { theme: "light", csrf_token: fieldOf(dashboard, "csrf_token") };
    expect(await (await visitor.submit(`${other.url}/theme`, body)).text()).toContain("Theme: light");
    await visitor.submit("/kind", { kind: "sqlite" });
    await visitor.submit("/add_to_cart", { item: "hat" });
    expect(await textOf(visitor, `${other.url}/view_cart`)).toContain("Cart: ['hat']");
  });
});

describe("a start is refused, in words, when", () => {
  const refused = async (environment: ShopEnvironment) => {
    const { code, stdout, stderr } = await runShop({ SHOP_DATA: folder.path, ...environment });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^ +at /m);
    return stderr;
  };

  it("the folder is a file", async () => {
    const path = join(folder.path, "file");
    writeFileSync(path, "");
    expect(await refused({ SHOP_DATA: path })).toContain(`The shop cannot keep its data in ${path}: `);
    expect(await refused({ SHOP_DATA: join(path, "below") })).toContain("SHOP_DATA=/tmp/shop npm run demo");
  });

  it("the database cannot be opened, or is none", async () => {
    const path = join(folder.path, "shop.db");
    writeFileSync(path, "no database ".repeat(100));
    const damaged = await refused({});
    expect(damaged).toContain(`The shop cannot keep its data in ${path}: file is not a database`);
    expect(damaged).toContain("Move the file away, and the shop begins a new one");
    const other = join(folder.path, "other");
    mkdirSync(join(other, "shop.db"), { recursive: true });
    expect(await refused({ SHOP_DATA: other })).toContain("EISDIR: illegal operation on a directory");
  });

  it("the database is another application's", async () => {
    const database = new DatabaseSync(join(folder.path, "shop.db"));
    database.exec("create table users (id integer)");
    database.close();
    expect(await refused({})).toContain("table users has no column named name");
  });

  it("the folder is read-only", async () => {
    const path = join(folder.path, "read-only");
    mkdirSync(path, { mode: 0o500 });
    // Root may write everywhere, but not where the kernel keeps its own.
    const isRoot = process.getuid?.() === 0;
    const stderr = await refused({ SHOP_DATA: isRoot ? "/sys/coatcheck-shop" : path });
    expect(stderr).toMatch(/permission denied|not permitted|read-only/);
  });

  it("the secret in the folder was changed for a weak one", async () => {
    writeFileSync(join(folder.path, "secret"), "hunter2\n");
    const stderr = await refused({});
    expect(stderr).toMatch(/^The secret in .+ is refused \(WEAK_SECRET\): /);
    expect(stderr).not.toContain("hunter2");
  });

  it("MODE=redis, and none answers", async () => {
    const stderr = await refused({ MODE: "redis", REDIS_URL: "redis://127.0.0.1:1" });
    expect(stderr).toContain("No Redis answers at redis://127.0.0.1:1.");
    expect(stderr).toContain("redis-server");
    const withPassword = await refused({ MODE: "redis", REDIS_URL: "redis://eve:hunter2@127.0.0.1:1" });
    expect(withPassword).toContain("No Redis answers at redis://127.0.0.1:1.");
  });

  it.each(["127.0.0.1:6379", "http://localhost", ""])("REDIS_URL is %j", async (REDIS_URL) => {
    const stderr = await refused({ REDIS_URL });
    expect(stderr).toBe("REDIS_URL is not the address of a Redis. It looks like this: redis://127.0.0.1:6379\n");
  });
});

it("a Redis that does not answer is not offered, and the shop opens without", async () => {
  const shop = await start({ REDIS_URL: "redis://127.0.0.1:1" });
  await expect.poll(() => shop.output()).toContain("Redis is not offered: none answers at REDIS_URL.");
  expect(await textOf(shop.visitor(), "/")).toContain("Not offered. Start a Redis");
});
