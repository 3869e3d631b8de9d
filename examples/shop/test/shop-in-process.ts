import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Engine, startOrSkip, startRedis } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { getRequestListener } from "@hono/node-server";
import { afterAll } from "vitest";
import { type StorageKind, storageKinds } from "../src/sessions/storage-kind.ts";
import { openShop, type Shop } from "../src/shop.ts";
import { asNavigation } from "./navigation.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A shop in this process, with its own data. */
export interface TestShop extends Shop {
  readonly url: string;
  /** A person with an empty cookie jar who opens pages. */
  visitor(userAgent?: string): Browser;
}

/** A shop in this process that real browsers can reach over HTTP. */
export interface ServedShop {
  readonly url: string;
  close(): void;
}

/** Opens shops with the kinds of storage that are available on this machine. */
export interface ShopOpener {
  readonly kinds: readonly StorageKind[];
  /** `undefined` if Redis is not installed. */
  readonly redis: Engine | undefined;
  /** The caller closes the shop. */
  open(initial: StorageKind, now?: () => number): Promise<TestShop>;
  /** Opens a shop and serves it on a free port. The caller closes it. */
  serve(initial: StorageKind, now?: () => number): Promise<ServedShop>;
}

/** Call it once, at the top of a test file: it starts a Redis for the file if Redis is installed. */
export async function shopOpener(): Promise<ShopOpener> {
  const redis = await startOrSkip("the shop with its sessions in Redis", () => startRedis(["--databases", "1000"]));
  afterAll(() => redis?.stop());
  let opened = 0;

  async function open(initial: StorageKind, now?: () => number): Promise<TestShop> {
    const folder = temporaryFolder();
    opened += 1;
    const shop = await openShop({
      initial,
      folder: folder.path,
      secret: randomBytes(32).toString("base64url"),
      redisUrl: redis && `${redis.url}/${opened}`,
      ...(now && { now }),
    });
    return {
      ...shop,
      url: "https://localhost",
      visitor: (userAgent) => browser({ fetch: (request) => shop.app.fetch(asNavigation(request, userAgent)) }),
      close() {
        shop.close();
        folder.remove();
      },
    };
  }

  return {
    redis,
    kinds: storageKinds.filter((kind) => kind !== "redis" || redis !== undefined),
    open,

    async serve(initial, now) {
      const shop = await open(initial, now);
      const server = createServer(getRequestListener(shop.app.fetch));
      await once(server.listen(0, "127.0.0.1"), "listening");
      return {
        url: `http://localhost:${(server.address() as AddressInfo).port}`,
        close() {
          server.close();
          server.closeAllConnections();
          shop.close();
        },
      };
    },
  };
}
