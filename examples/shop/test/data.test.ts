import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startOrSkip, startRedis } from "@coatcheck/engines";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { storageKinds } from "../src/sessions/storage-kind.ts";
import { openShop } from "../src/shop.ts";
import { eve } from "./demo-users.ts";
import { fieldOf, submitFrom, textOf } from "./page-forms.ts";
import { type ShopEnvironment, type ShopProcess, startShop } from "./shop-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const redis = await startOrSkip("the shop's sessions in Redis across a restart", startRedis);
afterAll(() => redis?.stop());
const kinds = storageKinds.filter((kind) => kind !== "redis" || redis !== undefined);

let folder: ReturnType<typeof temporaryFolder>;
const started: ShopProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((shop) => shop.stop("SIGKILL")));
  folder.remove();
});

/** Starts a shop with its data in the folder of the test. */
async function start(environment: ShopEnvironment = {}): Promise<ShopProcess> {
  const shop = await startShop({ SHOP_DATA: folder.path, ...(redis && { REDIS_URL: redis.url }), ...environment });
  started.push(shop);
  return shop;
}

describe.each(kinds)("restart, MODE=%s", (MODE) => {
  it("keeps login, cart, theme and remembered browser; SEC-22 ended sessions stay ended", async () => {
    const before = await start({ MODE });
    const [eveHere, guest] = [before.visitor(), before.visitor()];
    await eveHere.submit("/add_to_cart", { item: "book" });
    await eveHere.submit("/login", { ...eve, remember: "on" });
    await guest.submit("/login", eve);
    const thief = await guest.clone();
    await guest.submit("/logout", {});
    // The process is killed, so everything that it has confirmed must be on disk.
    await before.stop("SIGKILL");

    const after = await start({ MODE });
    // Cookies do not depend on the port.
    expect(await textOf(eveHere, `${after.url}/dashboard`)).toContain("Theme: dark");
    expect(await textOf(eveHere, `${after.url}/view_cart`)).toContain("Cart: ['book']");
    expect(await textOf(thief, `${after.url}/dashboard`)).toContain("<h1>Log in</h1>");
    await eveHere.setCookie("__Host-session=; Path=/; Secure; Max-Age=0");
    expect(await textOf(eveHere, `${after.url}/dashboard`)).toContain("Logged in by: remember-me");
  });
});

describe("stored data", () => {
  it("includes a changed password and each visitor's choice of storage", async () => {
    const before = await start();
    const [user, guest] = [before.visitor(), before.visitor()];
    await user.submit("/login", eve);
    await submitFrom(user, "/password", "/password", { current: eve.password, password: "correct horse" });
    await guest.submit("/kind", { kind: "encrypted" });
    await guest.submit("/add_to_cart", { item: "hat" });
    await before.stop();

    const after = await start();
    expect((await after.visitor().submit("/login", eve)).status).toBe(401);
    expect((await after.visitor().submit("/login", { ...eve, password: "correct horse" })).status).toBe(200);
    expect(await textOf(guest, `${after.url}/`)).toContain("encrypted: ");
    expect(await textOf(guest, `${after.url}/view_cart`)).toContain("Cart: ['hat']");
  });

  it("is readable by its owner only, even in an existing folder that everyone may read", async () => {
    const [made, found] = [join(folder.path, "made"), join(folder.path, "found")];
    mkdirSync(found, { mode: 0o755 });
    for (const path of [made, found]) {
      const shop = await openShop({ initial: "sqlite", folder: path });
      const files = readdirSync(path);
      expect(files.sort()).toEqual(["secret", "shop.db", "shop.db-shm", "shop.db-wal"]);
      for (const file of files) expect(statSync(join(path, file)).mode & 0o777, file).toBe(0o600);
      shop.close();
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
