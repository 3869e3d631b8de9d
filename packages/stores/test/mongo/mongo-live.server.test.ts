import { storeConformance } from "@coatcheck/testing";
import { type Collection, MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { mongoStore } from "../../src/mongo.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";

/** MongoDB cannot be installed everywhere, in CI neither. This suite runs where the variable names a server. */
const url = process.env["MONGODB_URL"] ?? "";
// Print the line once, not in every runtime.
const isFirst = !("Deno" in globalThis || "Bun" in globalThis);
if (url === "" && isFirst)
  process.stdout.write("skipped: tests on a live MongoDB: set MONGODB_URL=mongodb://… to run them\n");

/** A new collection, over two clients. */
function open(): { readonly collection: Collection; readonly peer: Collection; close(): Promise<void> } {
  const name = `coatcheck-test-${crypto.randomUUID()}`;
  const clients = [1, 2].map(() => new MongoClient(url, { serverSelectionTimeoutMS: 5_000 }));
  const [collection, peer] = clients.map((client) => client.db().collection(name));
  if (collection === undefined || peer === undefined) throw new Error("two clients are needed");
  return {
    collection,
    peer,
    async close() {
      await collection.drop();
      for (const client of clients) await client.close();
    },
  };
}

describe.skipIf(url === "")("on a live MongoDB", () => {
  storeConformance(
    { describe, it },
    {
      name: "mongoStore",
      create: () => {
        const { collection, peer, close } = open();
        return { store: mongoStore(collection), peer: mongoStore(peer), close };
      },
      isAtomic: true,
      hasSubjectIndex: true,
      hasSweeper: false,
      checksKeys: true,
      // No dropsWithin: the server removes expired sessions once a minute. One test below waits for that.
    },
  );

  describe("mongoStore, its indexes", () => {
    it("SEC-24 finds the sessions of a subject through an index", async () => {
      const { collection, close } = open();
      try {
        await mongoStore(collection).create(storeKey("a"), sessionOf({ subject: "eve" }));
        const plan = await collection.find({ subject: "eve" }).explain("queryPlanner");
        expect(JSON.stringify(plan)).toContain('"indexName":"subject_1"');
      } finally {
        await close();
      }
    });

    it("removes expired sessions and no others", { timeout: 180_000 }, async () => {
      const { collection, close } = open();
      const store = mongoStore(collection);
      try {
        await store.create(storeKey("a"), sessionOf({ expiresAt: Date.now() - 1 }));
        await store.create(storeKey("b"), sessionOf());
        await expect.poll(() => store.load(storeKey("a")), { timeout: 150_000, interval: 1_000 }).toBeNull();
        expect(await store.load(storeKey("b"))).not.toBeNull();
      } finally {
        await close();
      }
    });
  });
});
