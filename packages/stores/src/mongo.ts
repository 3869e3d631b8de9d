import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";
import { toInstant, withInstants } from "./instants.ts";
import { assertStoreKey } from "./store-key.ts";

/** The part of a `Collection` of the `mongodb` driver, version 6 or newer, that the store uses. */
export interface MongoCollection {
  readonly collectionName: string;
  /** As configured on the collection, the database or the client. */
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
   * Whether the store creates its two indexes before it adds its first session: `{ expiresAt: 1 }` with
   * `expireAfterSeconds: 0`, and `{ subject: 1 }` with `sparse: true`. Turn it off where the application's account has
   * no permission to do so, or where the collection is large: a login would wait until the indexes are built. Without
   * the first index expired sessions are never removed. Without the second, `list` and `revokeAll` read all sessions.
   * @default true
   */
  readonly createIndexes?: boolean;
}

/**
 * Stores sessions in a MongoDB collection of their own, one document per session, with the store key as `_id`.
 *
 * Reads always go to the primary, because a secondary may still have a session after its logout. Writes wait for a
 * majority of the members unless a write concern is configured. Otherwise a newly elected primary might not know of a
 * logout. The driver sends a write again when the connection breaks. A replica set recognizes its transaction number
 * and repeats the first answer, so that a write that succeeded is never reported as a conflict.
 *
 * @param collection - `client.db().collection("sessions")`, with the default collation: others may equate `eve` and
 *   `Eve`
 * @throws `INVALID_OPTION` when `collection` is not a collection, or does not acknowledge writes (`w: 0`)
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

  /**
   * Creates the indexes once per process. All callers share the attempt; after a failure the next caller tries again.
   */
  function ensureIndexes(): Promise<unknown> {
    indexes ??= collection.createIndexes([EXPIRY_INDEX, SUBJECT_INDEX], acknowledged).catch((error: unknown) => {
      indexes = undefined;
      throw error;
    });
    return indexes;
  }

  /**
   * Tells why no document matched a key and a version. No key is used twice, so that a session that ends between the
   * two commands is rightly reported as gone.
   */
  async function conflictOrGone(key: string): Promise<"conflict" | "gone"> {
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
      if (createIndexes) await ensureIndexes();
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
      // Replaces the whole document, so that fields that the session no longer has are removed.
      const result = await collection.replaceOne({ _id: key, version: expectedVersion }, next, acknowledged);
      return result.matchedCount === 1 ? "ok" : conflictOrGone(key);
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
      return result.deletedCount === 1 ? "ok" : conflictOrGone(key);
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

/** A document may be removed 0 seconds after its `expiresAt`. The server removes expired documents once a minute. */
const EXPIRY_INDEX = { key: { expiresAt: 1 as const }, expireAfterSeconds: 0 };

/** Sparse: sessions without a subject take no space in it. */
const SUBJECT_INDEX = { key: { subject: 1 as const }, sparse: true };

const FROM_PRIMARY = { readPreference: "primary" };

/**
 * Milliseconds. A replica set without a majority would never answer, and every waiting write holds a connection of the
 * pool, until none is left for reads.
 */
const MAJORITY_TIMEOUT = 10_000;

/** Keeps the configured write concern, but rejects one that does not report the result of a write. */
function toWriteOptions({ writeConcern }: MongoCollection): object {
  assertArgument(
    writeConcern?.w !== 0,
    "mongoStore: the collection must acknowledge writes: w: 0 reports no conflicts",
  );
  if (writeConcern?.w !== undefined) return {};
  return { writeConcern: { wtimeoutMS: MAJORITY_TIMEOUT, ...writeConcern, w: "majority" } };
}

/** Omits missing fields, because the driver writes `undefined` as null. */
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

/** `null` for any other document: another program wrote it. */
function parseDocument(document: unknown): StoredSession | null {
  const { data, version, createdAt, expiresAt, subject, authenticatedAt } = (document ?? {}) as SessionDocument;
  if (typeof data !== "string") return null;
  const session = {
    data,
    // A client with `promoteValues: false` reads numbers as BSON objects.
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

/** An object would be a condition: `{ $ne: null }` would end the sessions of all users. */
function assertSubject(subject: string): void {
  assertArgument(typeof subject === "string", "mongoStore: a subject must be a string");
}
