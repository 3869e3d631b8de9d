import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { assertArgument, assertStoreKey } from "./assert-argument.ts";
import { toInstant, withInstants } from "./instants.ts";

/** As much of a `Collection` of the `mongodb` driver, 6 or newer, as the store uses. */
export interface MongoCollection {
  readonly collectionName: string;
  /** What the user configured on the collection, the database or the client. */
  readonly writeConcern?: { readonly w?: unknown } | undefined;
  findOne(filter: object, options: object): Promise<unknown>;
  find(filter: object, options: object): { toArray(): Promise<unknown[]> };
  insertOne(document: object, options: object): Promise<unknown>;
  replaceOne(filter: object, replacement: object, options: object): Promise<{ readonly matchedCount: number }>;
  updateOne(filter: object, update: object, options: object): Promise<{ readonly matchedCount: number }>;
  deleteOne(filter: object, options: object): Promise<{ readonly deletedCount: number }>;
  deleteMany(filter: object, options: object): Promise<{ readonly deletedCount: number }>;
  createIndexes(indexes: { key: Record<string, 1> }[], options: object): Promise<unknown>;
}

/** Options of {@link mongoStore}. */
export interface MongoStoreOptions {
  /**
   * Whether the store makes its two indexes before it adds its first session: `{ expiresAt: 1 }` with
   * `expireAfterSeconds: 0`, and `{ subject: 1 }` with `sparse: true`. Turn it off where the application's account may
   * not, or where a big collection has to get them first: a login would wait until they are built. Without the first
   * one expired sessions stay for ever, without the second one whatever asks for a subject reads all sessions.
   * @default true
   */
  readonly createIndexes?: boolean;
}

/**
 * Sessions in a collection of MongoDB that holds nothing else: a document each, with the store key as `_id`.
 *
 * Reads go to the primary, whatever else is configured: a secondary shows a session for a while after its logout.
 * Writes wait for a majority of the members unless a write concern is configured, because a primary that is elected
 * after a logout need not know of it otherwise. The driver sends a write again when the connection breaks; replica sets
 * know it by its transaction number and repeat the first answer, so what was written is never reported as a conflict.
 *
 * @param collection - `client.db().collection("sessions")`, with the default collation: another may take `eve` for `Eve`
 * @throws `INVALID_OPTION` for what is no collection, and for one that does not acknowledge writes (`w: 0`)
 */
export function mongoStore(collection: MongoCollection, options: MongoStoreOptions = {}): SessionStore & SubjectIndex {
  const { createIndexes = true } = options;
  assertArgument(
    typeof collection?.collectionName === "string" && typeof collection.replaceOne === "function",
    'mongoStore: the first argument must be a collection of the mongodb driver: client.db().collection("sessions")',
  );
  assertArgument(typeof createIndexes === "boolean", "mongoStore: createIndexes must be true or false");
  const acknowledged = toWriteOptions(collection);
  let indexes: Promise<unknown> | undefined;

  /** Once per process, shared by all who wait; what failed is tried again by the next one. */
  function haveIndexes(): Promise<unknown> {
    indexes ??= collection.createIndexes([EXPIRY_INDEX, SUBJECT_INDEX], acknowledged).catch((error: unknown) => {
      indexes = undefined;
      throw error;
    });
    return indexes;
  }

  /** Why nothing matched. Keys are never used twice, so what ends between the two commands is gone either way. */
  async function whyNot(key: string): Promise<"conflict" | "gone"> {
    const found = await collection.findOne({ _id: key }, { ...FROM_PRIMARY, projection: { _id: 1 } });
    return found === null ? "gone" : "conflict";
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    async load(key) {
      assertStoreKey(key);
      return parseDocument(await collection.findOne({ _id: key }, FROM_PRIMARY));
    },

    async create(key, session) {
      assertStoreKey(key);
      if (createIndexes) await haveIndexes();
      try {
        await collection.insertOne({ _id: key, ...toFields(session) }, acknowledged);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    async update(key, session, expectedVersion) {
      assertStoreKey(key);
      const next = toFields({ ...session, version: expectedVersion + 1 });
      // The whole document: a field that the session no longer has is no longer there.
      const result = await collection.replaceOne({ _id: key, version: expectedVersion }, next, acknowledged);
      return result.matchedCount === 1 ? "ok" : whyNot(key);
    },

    async touch(key, expiresAt) {
      assertStoreKey(key);
      const later = { $max: { expiresAt: new Date(toInstant(expiresAt)) } };
      return (await collection.updateOne({ _id: key }, later, acknowledged)).matchedCount === 1;
    },

    async delete(key, expectedVersion) {
      assertStoreKey(key);
      if (expectedVersion === undefined) {
        return (await collection.deleteOne({ _id: key }, acknowledged)).deletedCount === 1 ? "ok" : "gone";
      }
      const result = await collection.deleteOne({ _id: key, version: expectedVersion }, acknowledged);
      return result.deletedCount === 1 ? "ok" : whyNot(key);
    },

    async listBySubject(subject) {
      assertSubject(subject);
      const sessions = [];
      for (const document of await collection.find({ subject }, FROM_PRIMARY).toArray()) {
        const session = parseDocument(document);
        if (session !== null) sessions.push({ key: (document as { readonly _id: string })._id, session });
      }
      return sessions;
    },

    async deleteBySubject(subject, except) {
      assertSubject(subject);
      if (except !== undefined) assertStoreKey(except);
      const filter = except === undefined ? { subject } : { subject, _id: { $ne: except } };
      return (await collection.deleteMany(filter, acknowledged)).deletedCount;
    },
  };
}

/** The instant is in the document: 0 seconds after it the document may go. The server looks once a minute. */
const EXPIRY_INDEX = { key: { expiresAt: 1 as const }, expireAfterSeconds: 0 };

/** Sparse: visitors who are nobody yet take no room in it. */
const SUBJECT_INDEX = { key: { subject: 1 as const }, sparse: true };

const FROM_PRIMARY = { readPreference: "primary" };

/**
 * Milliseconds. A set that has lost its majority would answer never, and each write that waits holds a connection of
 * the pool until reads find none.
 */
const MAJORITY_TIMEOUT = 10_000;

/** What the user configured stands, as long as it lets the store know what became of a write. */
function toWriteOptions({ writeConcern }: MongoCollection): object {
  assertArgument(
    writeConcern?.w !== 0,
    "mongoStore: the collection must acknowledge writes: w: 0 tells of no conflict",
  );
  if (writeConcern?.w !== undefined) return {};
  return { writeConcern: { wtimeoutMS: MAJORITY_TIMEOUT, ...writeConcern, w: "majority" } };
}

/** The driver writes `undefined` as null, so what the session does not have must not be named. */
function toFields(session: StoredSession): object {
  const { data, version, createdAt, expiresAt, subject, authenticatedAt } = withInstants(session);
  return {
    data,
    version,
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
    ...(subject !== undefined && { subject }),
    ...(authenticatedAt !== undefined && { authenticatedAt: new Date(authenticatedAt) }),
  };
}

/** `null` for what is no session: somebody else wrote there. */
function parseDocument(document: unknown): StoredSession | null {
  const { data, version, createdAt, expiresAt, subject, authenticatedAt } = (document ?? {}) as SessionDocument;
  if (typeof data !== "string") return null;
  const session = {
    data,
    // A client may be configured to read numbers as objects of BSON, `promoteValues: false` say.
    version: Number(version),
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    ...(typeof subject === "string" && { subject }),
    ...(authenticatedAt !== undefined && { authenticatedAt: Number(authenticatedAt) }),
  };
  return Object.values(session).some(Number.isNaN) ? null : session;
}

type SessionDocument = Partial<Record<keyof StoredSession, unknown>>;

function isDuplicateKey(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 11_000;
}

/** An object would be a condition: `{ $ne: null }` ends everybody's sessions. */
function assertSubject(subject: string): void {
  assertArgument(typeof subject === "string", "mongoStore: a subject must be a string");
}
