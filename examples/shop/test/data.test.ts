import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startOrSkip, startRedis } from "@coatcheck/engines";
import { browser } from "@coatcheck/testing";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { storageKinds } from "../src/sessions/storage-kind.ts";
import { openShop, type Shop, type ShopOptions } from "../src/shop.ts";
import { eve } from "./demo-users.ts";
import { asNavigation } from "./navigation.ts";
import { fieldOf, restartBrowser, submitFrom, textOf } from "./page-forms.ts";
import { type ShopEnvironment, type ShopProcess, startShop } from "./shop-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const redis = await startOrSkip("the shop's sessions in Redis across a restart", startRedis);
afterAll(() => redis?.stop());
const kinds = storageKinds.filter((kind) => kind !== "redis" || redis !== undefined);

let folder: ReturnType<typeof temporaryFolder>;
const opened: Shop[] = [];
const started: ShopProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const shop of opened.splice(0)) shop.close();
  await Promise.all(started.splice(0).map((shop) => shop.stop("SIGKILL")));
  folder.remove();
});

/** Opens a shop in this process, with its data in the folder of the test. */
async function open(options: Partial<ShopOptions> = {}): Promise<Shop> {
  const shop = await openShop({ initial: "sqlite", folder: folder.path, redisUrl: redis?.url, ...options });
  opened.push(shop);
  return shop;
}

/** Starts a shop in its own process, with its data in the folder of the test. */
async function start(environment: ShopEnvironment = {}): Promise<ShopProcess> {
  const shop = await startShop({ SHOP_DATA: folder.path, ...(redis && { REDIS_URL: redis.url }), ...environment });
  started.push(shop);
  return shop;
}

/** A restart without a shutdown: another shop opens the same folder, and the first one is never closed before that. */
async function restartable(options: Partial<ShopOptions> = {}) {
  let shop = await open(options);
  return {
    newVisitor: () => browser({ fetch: (request) => shop.app.fetch(asNavigation(request)) }),
    async restart() {
      shop = await open(options);
    },
  };
}

describe("restart", () => {
  it.each(kinds)(
    "MODE=%s keeps login, cart, theme and remembered browser, and SEC-22 ended sessions stay ended",
    async (initial) => {
      const shop = await restartable({ initial });
      const [user, guest] = [shop.newVisitor(), shop.newVisitor()];
      await user.submit("/add_to_cart", { item: "book" });
      await user.submit("/login", { ...eve, remember: "on" });
      await guest.submit("/login", eve);
      const thief = await guest.clone();
      await guest.submit("/logout", {});

      await shop.restart();
      expect(await textOf(user, "/dashboard")).toContain("Theme: dark");
      expect(await textOf(user, "/view_cart")).toContain("Cart: ['book']");
      expect(await textOf(thief, "/dashboard")).toContain("<h1>Log in</h1>");
      await restartBrowser(user);
      expect(await textOf(user, "/dashboard")).toContain("Logged in by: remember-me");
    },
  );

  it("keeps a changed password and each visitor's choice of storage", async () => {
    const shop = await restartable();
    const [user, guest] = [shop.newVisitor(), shop.newVisitor()];
    await user.submit("/login", eve);
    await submitFrom(user, "/password", "/password", { current: eve.password, password: "correct horse" });
    await guest.submit("/kind", { kind: "encrypted" });
    await guest.submit("/add_to_cart", { item: "hat" });

    await shop.restart();
    expect((await shop.newVisitor().submit("/login", eve)).status).toBe(401);
    expect((await shop.newVisitor().submit("/login", { ...eve, password: "correct horse" })).status).toBe(200);
    expect(await textOf(guest, "/")).toContain("encrypted: ");
    expect(await textOf(guest, "/view_cart")).toContain("Cart: ['hat']");
  });

  it("keeps a cart and SEC-22 a logout when the process is killed", async () => {
    const before = await start();
    const [visitor, user] = [before.visitor(), before.visitor()];
    await visitor.submit("/add_to_cart", { item: "book" });
    await user.submit("/login", eve);
    const thief = await user.clone();
    await user.submit("/logout", {});
    await before.stop("SIGKILL");

    const after = await start();
    // Cookies do not depend on the port.
    expect(await textOf(visitor, `${after.url}/view_cart`)).toContain("Cart: ['book']");
    expect(await textOf(thief, `${after.url}/dashboard`)).toContain("<h1>Log in</h1>");
  });
});

describe("stored data", () => {
  it("is readable by its owner only, even in an existing folder that everyone may read", async () => {
    const [made, found] = [join(folder.path, "made"), join(folder.path, "found")];
    mkdirSync(found, { mode: 0o755 });
    for (const path of [made, found]) {
      await open({ folder: path });
      const files = readdirSync(path);
      expect(files.sort()).toEqual(["secret", "shop.db", "shop.db-shm", "shop.db-wal"]);
      for (const file of files) expect(statSync(join(path, file)).mode & 0o777, file).toBe(0o600);
    }
    expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it("contains no secret when SESSION_SECRET is set, and no secret is ever printed", async () => {
    const SESSION_SECRET = randomBytes(32).toString("base64url");
    const given = await (await start({ SESSION_SECRET, MODE: "signed" })).stop();
    expect(given.stdout).not.toContain("SESSION_SECRET");
    expect(readdirSync(folder.path)).not.toContain("secret");
    const created = await (await start()).stop();
    const secret = readFileSync(join(folder.path, "secret"), "utf8").trim();
    for (const { stdout, stderr } of [given, created]) {
      expect(stdout + stderr).not.toContain(SESSION_SECRET);
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  it("is shared by two shops that start at once, with one secret", async () => {
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
