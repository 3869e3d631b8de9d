import { env } from "cloudflare:workers";
import { storeConformance } from "@coatcheck/testing";
import { createStorage } from "unstorage";
import cloudflareKV from "unstorage/drivers/cloudflare-kv-binding";
import { describe, expect, it } from "vitest";
import { unstorageStore } from "../../src/unstorage.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";

const binding = env["SESSIONS"];
const newStorage = () => createStorage({ driver: cloudflareKV({ binding, base: crypto.randomUUID() }) });

storeConformance(
  { describe, it },
  {
    name: "unstorageStore, cloudflare-kv-binding",
    create: () => ({ store: unstorageStore(newStorage()) }),
    isAtomic: false,
    hasSubjectIndex: false,
    hasSweeper: true,
    checksKeys: true,
  },
);

describe("unstorageStore, cloudflare-kv-binding", () => {
  it("accepts a session that expires before the minimum of 60 seconds of Cloudflare KV", async () => {
    const store = unstorageStore(newStorage());
    const session = sessionOf({ expiresAt: Date.now() + 1_000 });
    expect(await store.create(storeKey("a"), session)).toBe(true);
    expect(await store.load(storeKey("a"))).toEqual(session);
  });
});
