import { InvalidOptionError, type StoredSession } from "@coatcheck/core";
import type { Document, MongoClientOptions } from "mongodb";
import { describe, expect, it } from "vitest";
import { type MongoCollection, type MongoStoreOptions, mongoStore } from "../../src/mongo.ts";
import { type MongoUnderTest, openMongo } from "./open-mongo.ts";

const KEY = "A".repeat(43);
const OTHER_KEY = "B".repeat(43);
const MAJORITY = { w: "majority", wtimeout: 10_000 };

const anonymous: StoredSession = {
  data: '{"d":{}}',
  version: 1,
  createdAt: 1_700_000_000_001,
  expiresAt: 1_700_003_600_002,
};
const authenticatedAt = 1_700_000_000_003;
const login: StoredSession = { ...anonymous, subject: "eve", authenticatedAt };

interface Opened extends MongoUnderTest {
  readonly store: ReturnType<typeof mongoStore>;
  /** The commands since the last call, without the fields that every command has. */
  newCommands(): Document[];
}

/** Runs the body with a new server and a store. */
function withStore(
  body: (opened: Opened) => Promise<void>,
  options: MongoClientOptions & MongoStoreOptions = {},
): () => Promise<void> {
  return async () => {
    const { createIndexes = false, ...clientOptions } = options;
    const mongo = await openMongo(clientOptions);
    let seen = 0;
    const newCommands = (): Document[] => {
      const fresh = mongo.server.commands.slice(seen);
      seen += fresh.length;
      return fresh.map(({ lsid, $db, txnNumber, ordered, ...command }) => command);
    };
    try {
      await body({ ...mongo, store: mongoStore(mongo.collection, { createIndexes }), newCommands });
    } finally {
      await mongo.close();
    }
  };
}

describe("mongoStore, its commands", () => {
  it(
    "stores a session as a document with a field each, and instants as dates",
    withStore(async ({ store, server }) => {
      await store.create(KEY, login);
      const { createdAt, expiresAt } = login;
      expect(server.documents("sessions")).toEqual([
        {
          _id: KEY,
          data: login.data,
          version: 1,
          createdAt: new Date(createdAt),
          expiresAt: new Date(expiresAt),
          subject: "eve",
          authenticatedAt: new Date(authenticatedAt),
        },
      ]);
    }),
  );

  it(
    "SEC-23 compares and swaps in one command that never creates, and looks for the reason only when nothing matched",
    withStore(async ({ store, server, newCommands }) => {
      await store.create(KEY, login);
      newCommands();
      expect(await store.update(KEY, { ...anonymous, version: 2 }, 1)).toBe("ok");
      const { createdAt, expiresAt, ...rest } = anonymous;
      const next = { ...rest, version: 2, createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) };
      const update = {
        update: "sessions",
        updates: [{ q: { _id: KEY, version: 1 }, u: next }],
        writeConcern: MAJORITY,
      };
      const why = { find: "sessions", filter: { _id: KEY }, projection: { _id: 1 }, limit: 1, singleBatch: true };
      expect(newCommands()).toEqual([update]);
      expect(server.documents("sessions")).toEqual([{ _id: KEY, ...next }]);

      expect(await store.update(KEY, { ...anonymous, version: 2 }, 1)).toBe("conflict");
      expect(newCommands()).toEqual([update, why]);
    }),
  );

  it(
    "touches by one command that can only move the expiry later",
    withStore(async ({ store, newCommands }) => {
      await store.touch(KEY, 1_700_000_000_004);
      const u = { $max: { expiresAt: new Date(1_700_000_000_004) } };
      expect(newCommands()).toEqual([
        { update: "sessions", updates: [{ q: { _id: KEY }, u }], writeConcern: MAJORITY },
      ]);
    }),
  );

  it(
    "deletes with the version as a condition",
    withStore(async ({ store, newCommands }) => {
      await store.create(KEY, login);
      newCommands();
      expect(await store.delete(KEY, 1)).toBe("ok");
      expect(await store.delete(KEY)).toBe("gone");
      const toDelete = (q: object): object => ({
        delete: "sessions",
        deletes: [{ q, limit: 1 }],
        writeConcern: MAJORITY,
      });
      expect(newCommands()).toEqual([toDelete({ _id: KEY, version: 1 }), toDelete({ _id: KEY })]);
    }),
  );

  it(
    "SEC-24 ends the sessions of a subject by one command",
    withStore(async ({ store, newCommands }) => {
      await store.deleteBySubject("eve", OTHER_KEY);
      await store.deleteBySubject("eve");
      const toDelete = (q: object): object => ({
        delete: "sessions",
        deletes: [{ q, limit: 0 }],
        writeConcern: MAJORITY,
      });
      expect(newCommands()).toEqual([
        toDelete({ subject: "eve", _id: { $ne: OTHER_KEY } }),
        toDelete({ subject: "eve" }),
      ]);
    }),
  );

  it(
    "SEC-24 lists more sessions of a subject than the server returns in one batch",
    withStore(async ({ store }) => {
      const keys = Array.from({ length: 250 }, (_, index) => `${index}`.padEnd(43, "A"));
      await Promise.all(keys.map((key) => store.create(key, login)));
      const found = await store.listBySubject("eve");
      expect(found.map(({ key }) => key).sort()).toEqual(keys.sort());
    }),
  );

  it(
    "SEC-22 reads from the primary even when the client prefers secondaries",
    withStore(
      async ({ store, collection, server }) => {
        await collection.findOne({ subject: "eve" });
        await store.load(KEY);
        await store.listBySubject("eve");
        await store.delete(KEY, 1);
        const reads = server.commands.filter(({ find }) => find !== undefined);
        expect(reads.map(({ $readPreference }) => $readPreference?.mode)).toEqual([
          "secondaryPreferred",
          ...[undefined, undefined, undefined],
        ]);
      },
      { readPreference: "secondaryPreferred" },
    ),
  );

  it("SEC-22 waits for a majority unless a write concern is configured", async () => {
    const cases = [
      { configured: {}, sent: MAJORITY },
      { configured: { writeConcern: { journal: true } }, sent: { ...MAJORITY, j: true } },
      { configured: { writeConcern: { wtimeoutMS: 500 } }, sent: { w: "majority", wtimeout: 500 } },
      { configured: { writeConcern: { w: 3 } }, sent: { w: 3 } },
      { configured: { writeConcern: { w: "majority" } }, sent: { w: "majority" } },
    ] as const;
    for (const { configured, sent } of cases) {
      const check = withStore(
        async ({ store, newCommands }) => {
          await store.create(KEY, login);
          await store.update(KEY, { ...login, version: 2 }, 1);
          await store.touch(KEY, login.expiresAt);
          await store.delete(KEY);
          await store.deleteBySubject("eve");
          expect(newCommands().map(({ writeConcern }) => writeConcern)).toEqual([sent, sent, sent, sent, sent, sent]);
        },
        { ...configured, createIndexes: true },
      );
      await check();
    }
  });

  it("rejects a client, a database, and a collection with unacknowledged writes", async () => {
    const { client, close } = await openMongo();
    for (const wrong of [client, client.db(), client.db().collection("sessions", { writeConcern: { w: 0 } })]) {
      expect(() => mongoStore(wrong as unknown as MongoCollection)).toThrow(InvalidOptionError);
    }
    await close();
  });

  it("accepts a collection of typed documents", async () => {
    const { client, close } = await openMongo();
    const collection = client.db("other").collection<{ _id: string; data: string; version: number }>("logins");
    expect(await mongoStore(collection).create(KEY, login)).toBe(true);
    await close();
  });

  it(
    "finds and lists no session in documents of other programs",
    withStore(async ({ store, collection }) => {
      const foreign = { createdAt: new Date(), expiresAt: new Date(), subject: "eve", version: 1 };
      const documents = [{ ...foreign }, { ...foreign, data: 1 }, { ...foreign, data: "{}", version: "one" }];
      for (const [index, document] of documents.entries()) {
        const key = `${index}`.padEnd(43, "A");
        await collection.insertOne({ _id: key as never, ...document });
        expect(await store.load(key)).toBeNull();
      }
      expect(await store.listBySubject("eve")).toEqual([]);
    }),
  );

  it(
    "reads a session with a client that returns numbers as BSON objects",
    withStore(
      async ({ store }) => {
        await store.create(KEY, login);
        expect(await store.load(KEY)).toEqual(login);
      },
      { promoteValues: false },
    ),
  );
});

describe("the indexes of mongoStore", () => {
  const createIndexesCommand = {
    createIndexes: "sessions",
    indexes: [
      { name: "expiresAt_1", key: { expiresAt: 1 }, expireAfterSeconds: 0 },
      { name: "subject_1", key: { subject: 1 }, sparse: true },
    ],
    writeConcern: MAJORITY,
  };
  const namesOf = (commands: Document[]): (string | undefined)[] => commands.map((command) => Object.keys(command)[0]);

  it(
    "are created once before the first sessions, when several requests create one at once",
    withStore(
      async ({ store, newCommands }) => {
        await store.load(KEY);
        expect(namesOf(newCommands())).toEqual(["find"]);
        await Promise.all([store.create(KEY, login), store.create(OTHER_KEY, login)]);
        const [first, ...others] = newCommands();
        expect(first).toEqual(createIndexesCommand);
        expect(namesOf(others)).toEqual(["insert", "insert"]);
      },
      { createIndexes: true },
    ),
  );

  it(
    "are created by the next request after a failure, which rejects",
    withStore(
      async ({ store, server, newCommands }) => {
        server.failNext("createIndexes", "not primary");
        const results = await Promise.allSettled([store.create(KEY, login), store.create(OTHER_KEY, login)]);
        expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
        expect(await store.create(KEY, login)).toBe(true);
        expect(namesOf(newCommands())).toEqual(["createIndexes", "createIndexes", "insert"]);
      },
      { createIndexes: true },
    ),
  );

  it(
    "are not created when an index of the same name has other options, and the server's error is reported",
    withStore(
      async ({ store, collection }) => {
        await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 3_600 });
        await expect(store.create(KEY, login)).rejects.toMatchObject({ codeName: "IndexOptionsConflict" });
      },
      { createIndexes: true },
    ),
  );

  it(
    "are not created when the option is off",
    withStore(
      async ({ store, newCommands }) => {
        await store.create(KEY, login);
        expect(namesOf(newCommands())).toEqual(["insert"]);
      },
      { createIndexes: false },
    ),
  );
});
