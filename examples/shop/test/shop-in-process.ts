import { randomBytes } from "node:crypto";
import { type Engine, startOrSkip, startRedis } from "@coatcheck/engines";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll } from "vitest";
import { type Kind, kindNames } from "../src/sessions/storage-kind.ts";
import { openShop, type Shop } from "../src/shop.ts";
import { asNavigation } from "./navigation.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A shop in this process, with data of its own. */
export interface TestShop extends Shop {
  readonly url: string;
  /** A person who opens pages, with an empty cookie jar. */
  visitor(userAgent?: string): Browser;
}

/** Opens shops of any kind that there is here. */
export interface ShopOpener {
  readonly kinds: readonly Kind[];
  /** `undefined` where it is not installed. */
  readonly redis: Engine | undefined;
  /** Whoever opens one closes it. */
  open(initial: Kind, now?: () => number): Promise<TestShop>;
}

/** Call it once, at the top of a test file: it starts a Redis for the file, where one is installed. */
export async function shopOpener(): Promise<ShopOpener> {
  const redis = await startOrSkip("the shop with its sessions in Redis", () => startRedis(["--databases", "1000"]));
  afterAll(() => redis?.stop());
  let opened = 0;

  return {
    redis,

    kinds: kindNames.filter((kind) => kind !== "redis" || redis !== undefined),

    async open(initial, now) {
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
    },
  };
}
