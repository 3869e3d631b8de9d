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
  /** What the server was asked since the last time, without what every command carries. */
  asked(): Document[];
}

/** Runs the body with a store of its own. */
function withStore(
  body: (opened: Opened) => Promise<void>,
  options: MongoClientOptions & MongoStoreOptions = {},
): () => Promise<void> {
  return async () => {
    const { createIndexes = false, ...clientOptions } = options;
    const mongo = await openMongo(clientOptions);
    let seen = 0;
    const asked = (): Document[] => {
      const fresh = mongo.server.commands.slice(seen);
      seen += fresh.length;
      return fresh.map(({ lsid, $db, txnNumber, ordered, ...command }) => command);
    };
    try {
      await body({ ...mongo, store: mongoStore(mongo.collection, { createIndexes }), asked });
    } finally {
      await mongo.close();
    }
  };
}

describe("mongoStore and the server", () => {
  it(
    "keeps a session as a document with its own fields, instants as dates to the millisecond",
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
    "SEC-23 compares and swaps in one command, which can never create, and asks only then why nothing matched",
    withStore(async ({ store, server, asked }) => {
      await store.create(KEY, login);
      asked();
      expect(await store.update(KEY, { ...anonymous, version: 2 }, 1)).toBe("ok");
      const { createdAt, expiresAt, ...rest } = anonymous;
      const next = { ...rest, version: 2, createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) };
      const update = {
        update: "sessions",
        updates: [{ q: { _id: KEY, version: 1 }, u: next }],
        writeConcern: MAJORITY,
      };
      const why = { find: "sessions", filter: { _id: KEY }, projection: { _id: 1 }, limit: 1, singleBatch: true };
      expect(asked()).toEqual([update]);
      expect(server.documents("sessions")).toEqual([{ _id: KEY, ...next }]);

      expect(await store.update(KEY, { ...anonymous, version: 2 }, 1)).toBe("conflict");
      expect(asked()).toEqual([update, why]);
    }),
  );

  it(
    "touches with one command that only moves the expiry later",
    withStore(async ({ store, asked }) => {
      await store.touch(KEY, 1_700_000_000_004);
      const u = { $max: { expiresAt: new Date(1_700_000_000_004) } };
      expect(asked()).toEqual([{ update: "sessions", updates: [{ q: { _id: KEY }, u }], writeConcern: MAJORITY }]);
    }),
  );

  it(
    "deletes with the version in the condition",
    withStore(async ({ store, asked }) => {
      await store.create(KEY, login);
      asked();
      expect(await store.delete(KEY, 1)).toBe("ok");
      expect(await store.delete(KEY)).toBe("gone");
      const toDelete = (q: object): object => ({
        delete: "sessions",
        deletes: [{ q, limit: 1 }],
        writeConcern: MAJORITY,
      });
      expect(asked()).toEqual([toDelete({ _id: KEY, version: 1 }), toDelete({ _id: KEY })]);
    }),
  );

  it(
    "SEC-24 ends the sessions of a subject with one command",
    withStore(async ({ store, asked }) => {
      await store.deleteBySubject("eve", OTHER_KEY);
      await store.deleteBySubject("eve");
      const toDelete = (q: object): object => ({
        delete: "sessions",
        deletes: [{ q, limit: 0 }],
        writeConcern: MAJORITY,
      });
      expect(asked()).toEqual([toDelete({ subject: "eve", _id: { $ne: OTHER_KEY } }), toDelete({ subject: "eve" })]);
    }),
  );

  it(
    "SEC-24 lists more sessions of a subject than the server sends at once",
    withStore(async ({ store }) => {
      const keys = Array.from({ length: 250 }, (_, index) => `${index}`.padEnd(43, "A"));
      await Promise.all(keys.map((key) => store.create(key, login)));
      const found = await store.listBySubject("eve");
      expect(found.map(({ key }) => key).sort()).toEqual(keys.sort());
    }),
  );

  it(
    "SEC-22 reads from the primary when the client prefers others, which may not know of a logout yet",
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

  it("SEC-22 waits for a majority unless the user asked for something else", async () => {
    const cases = [
      { configured: {}, sent: MAJORITY },
      { configured: { writeConcern: { journal: true } }, sent: { ...MAJORITY, j: true } },
      { configured: { writeConcern: { wtimeoutMS: 500 } }, sent: { w: "majority", wtimeout: 500 } },
      { configured: { writeConcern: { w: 3 } }, sent: { w: 3 } },
      { configured: { writeConcern: { w: "majority" } }, sent: { w: "majority" } },
    ] as const;
    for (const { configured, sent } of cases) {
      const check = withStore(
        async ({ store, asked }) => {
          await store.create(KEY, login);
          await store.update(KEY, { ...login, version: 2 }, 1);
          await store.touch(KEY, login.expiresAt);
          await store.delete(KEY);
          await store.deleteBySubject("eve");
          expect(asked().map(({ writeConcern }) => writeConcern)).toEqual([sent, sent, sent, sent, sent, sent]);
        },
        { ...configured, createIndexes: true },
      );
      await check();
    }
  });

  it("refuses a client, a database, and a collection whose writes are not acknowledged", async () => {
    const { client, close } = await openMongo();
    for (const wrong of [client, client.db(), client.db().collection("sessions", { writeConcern: { w: 0 } })]) {
      expect(() => mongoStore(wrong as unknown as MongoCollection)).toThrow(InvalidOptionError);
    }
    await close();
  });

  it("takes a collection of typed documents", async () => {
    const { client, close } = await openMongo();
    const collection = client.db("other").collection<{ _id: string; data: string; version: number }>("logins");
    expect(await mongoStore(collection).create(KEY, login)).toBe(true);
    await close();
  });

  it(
    "finds no session in what somebody else wrote, and lists none",
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
    "reads a session back when the client is told to leave numbers as BSON has them",
    withStore(
      async ({ store }) => {
        await store.create(KEY, login);
        expect(await store.load(KEY)).toEqual(login);
      },
      { promoteValues: false },
    ),
  );
});

describe("mongoStore's indexes", () => {
  const made = {
    createIndexes: "sessions",
    indexes: [
      { name: "expiresAt_1", key: { expiresAt: 1 }, expireAfterSeconds: 0 },
      { name: "subject_1", key: { subject: 1 }, sparse: true },
    ],
    writeConcern: MAJORITY,
  };
  const named = (commands: Document[]): (string | undefined)[] => commands.map((command) => Object.keys(command)[0]);

  it(
    "are made once, before the first session is added, however many come at the same time",
    withStore(
      async ({ store, asked }) => {
        await store.load(KEY);
        expect(named(asked())).toEqual(["find"]);
        await Promise.all([store.create(KEY, login), store.create(OTHER_KEY, login)]);
        const [first, ...others] = asked();
        expect(first).toEqual(made);
        expect(named(others)).toEqual(["insert", "insert"]);
      },
      { createIndexes: true },
    ),
  );

  it(
    "are tried again by the next one after a failure, which is not swallowed",
    withStore(
      async ({ store, server, asked }) => {
        server.failNext("createIndexes", "not primary");
        const results = await Promise.allSettled([store.create(KEY, login), store.create(OTHER_KEY, login)]);
        expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
        expect(await store.create(KEY, login)).toBe(true);
        expect(named(asked())).toEqual(["createIndexes", "createIndexes", "insert"]);
      },
      { createIndexes: true },
    ),
  );

  it(
    "are not made over one of the same name with other options: the server says so",
    withStore(
      async ({ store, collection }) => {
        await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 3_600 });
        await expect(store.create(KEY, login)).rejects.toMatchObject({ codeName: "IndexOptionsConflict" });
      },
      { createIndexes: true },
    ),
  );

  it(
    "are left to the user when the user says so",
    withStore(
      async ({ store, asked }) => {
        await store.create(KEY, login);
        expect(named(asked())).toEqual(["insert"]);
      },
      { createIndexes: false },
    ),
  );
});
