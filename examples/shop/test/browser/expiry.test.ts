import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startOrSkip } from "@coatcheck/engines";
import { type FakeClock, fakeClock } from "@coatcheck/testing";
import { getRequestListener } from "@hono/node-server";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openShop } from "../../src/shop.ts";
import { eve, grace } from "../page-forms.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { closeAll, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";

const chromium = await startOrSkip("expiry in a browser", startChromium);
afterAll(() => chromium?.close());

/** Seconds. */
const HOUR = 3600;

describe.skipIf(chromium === undefined).each(["signed", "encrypted", "sqlite"] as const)(
  "as time passes, %s",
  (kind) => {
    let clock: FakeClock;
    let url = "";
    let close: () => void;

    beforeEach(async () => {
      clock = fakeClock(Date.now());
      const folder = temporaryFolder();
      const shop = await openShop({ initial: kind, folder: folder.path, now: clock.now });
      const server = createServer(getRequestListener(shop.app.fetch));
      await once(server.listen(0, "127.0.0.1"), "listening");
      url = `http://localhost:${(server.address() as AddressInfo).port}`;
      close = () => {
        server.close();
        server.closeAllConnections();
        shop.close();
        folder.remove();
      };
    });
    afterEach(async () => {
      await closeAll(chromium);
      close();
    });

    it("SEC-20 a browser that still has its cookie is logged out after a day without a visit", async () => {
      const { page, context } = await newPerson(chromium, url);
      await page.goto("/login");
      await submit(page, "/login", eve);
      clock.advance(23 * HOUR);
      await page.goto("/dashboard");
      expect(await page.textContent("main")).toContain("Welcome, Eve");
      clock.advance(25 * HOUR);
      await page.goto("/dashboard");
      expect(new URL(page.url()).pathname).toBe("/login");
      expect((await context.cookies()).map(({ name }) => name)).toContain("__Host-session");
    });

    it("is asked again in the admin area after 15 minutes", async () => {
      const { page } = await newPerson(chromium, url);
      await page.goto("/admin");
      await submit(page, "/admin/login", { username: grace.username, password: grace.password });
      clock.advance(14 * 60);
      await page.goto("/admin");
      expect(new URL(page.url()).pathname).toBe("/admin");
      clock.advance(16 * 60);
      await page.goto("/admin");
      expect(new URL(page.url()).pathname).toBe("/admin/login");
    });
  },
);
