import type { SessionStore, StoredSession, SubjectIndex, SubjectSession } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";
import { isBinding } from "./cloudflare-binding.ts";
import {
  callObject,
  type IndexEntry,
  type ObjectStub,
  type SessionObjectNamespace,
} from "./durable-object/protocol.ts";
import { toInstant, withInstants } from "./instants.ts";
import { type PrefixOptions, toPrefix } from "./prefix.ts";
import { assertStoreKey } from "./store-key.ts";

export type { ObjectId, ObjectStub, SessionObjectNamespace } from "./durable-object/protocol.ts";
export { SessionObject, type SessionObjectState } from "./durable-object/session-object.ts";

/** How many objects are called at once. Workers opens at most 6 connections per request and queues the rest. */
const MAX_PARALLEL_CALLS = 6;

/**
 * Stores sessions in Cloudflare Durable Objects: one object per session, which also serves as its lock, and one per
 * subject, the index of that subject's sessions. Strongly consistent all over the world. Each operation is a request to
 * the location where the session was created.
 *
 * A login adds its index entry before the session exists, and a logout removes the entry after the session has ended,
 * so that every session that can be loaded is in the index. A login that races with `deleteBySubject` either ends, or
 * is complete and listed afterwards. A caller that needs the login to end calls `deleteBySubject` again. A worker that
 * dies between the two steps leaves an entry without a session. The next read of the index removes it when it is more
 * than ten minutes old. No login takes that long: it fails when its entry is more than a minute old.
 *
 * Listing or ending n sessions of a subject takes at most n + 2 subrequests. Workers allows 50 per request on the free
 * plan, and at least 1000 on the paid plans.
 *
 * @param namespace - the binding, `env.SESSION_OBJECTS`
 * @throws `INVALID_OPTION`
 */
export function durableObjectStore(
  namespace: SessionObjectNamespace,
  options: PrefixOptions = {},
): SessionStore & SubjectIndex {
  assertArgument(
    isBinding<SessionObjectNamespace>(namespace, ["idFromName", "idFromString", "get"]),
    'durableObjectStore: the first argument must be a Durable Object namespace: durableObjectStore(env.SESSION_OBJECTS), with "durable_objects": { "bindings": [{ "name": "SESSION_OBJECTS", "class_name": "SessionObject" }] } and "migrations": [{ "tag": "v1", "new_sqlite_classes": ["SessionObject"] }] in wrangler.jsonc, and SessionObject of @coatcheck/stores/durable-object exported by the worker',
  );
  const prefix = toPrefix("durableObjectStore", options);

  function sessionAt(key: string): ObjectStub {
    assertStoreKey(key);
    return namespace.get(namespace.idFromName(prefix + key));
  }

  /**
   * Prefixes and keys have no slash, so that no session has the name of an index. JSON distinguishes lone surrogates.
   */
  function indexIdOf(subject: string): ReturnType<SessionObjectNamespace["idFromName"]> {
    return namespace.idFromName(`${prefix}/subject/${JSON.stringify(subject)}`);
  }

  async function createWithSubject(key: string, session: StoredSession, subject: string): Promise<boolean> {
    const target = sessionAt(key);
    const indexId = indexIdOf(subject);
    const id = crypto.randomUUID();
    const enteredAt = await callObject(namespace.get(indexId), "enter", id, key);
    const result = await callObject(target, "create", session, { id, index: indexId.toString(), enteredAt });
    if (result === "late") throw new Error("The session was not created: adding it to the index took too long.");
    // Every attempt has an entry of its own, so that this removes no other.
    if (result === "exists") await callObject(namespace.get(indexId), "forget", [id], []);
    return result === "ok";
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    async load(key) {
      return callObject(sessionAt(key), "load");
    },

    async create(key, given) {
      const session = withInstants(given);
      if (session.subject !== undefined) return createWithSubject(key, session, session.subject);
      return (await callObject(sessionAt(key), "create", session)) === "ok";
    },

    async update(key, session, expectedVersion) {
      return callObject(sessionAt(key), "update", withInstants(session), expectedVersion);
    },

    async touch(key, expiresAt) {
      return callObject(sessionAt(key), "touch", toInstant(expiresAt));
    },

    async delete(key, expectedVersion) {
      const { result, entry } = await callObject(sessionAt(key), "delete", { version: expectedVersion });
      if (entry !== undefined) {
        await callObject(namespace.get(namespace.idFromString(entry.index)), "forget", [entry.id], []);
      }
      return result;
    },

    async listBySubject(subject) {
      const index = namespace.get(indexIdOf(subject));
      const entries = await callObject(index, "entries");
      const found = await inParallel(keysOf(entries), async (key): Promise<SubjectSession | undefined> => {
        const session = await callObject(sessionAt(key), "load");
        return session?.subject === subject ? { key, session } : undefined;
      });
      const listed = found.filter((entry) => entry !== undefined);
      const live = new Set(listed.map(({ key }) => key));
      const abandoned = entries.filter(({ key }) => !live.has(key)).map(({ id }) => id);
      if (abandoned.length > 0) await callObject(index, "forget", [], abandoned);
      return listed;
    },

    async deleteBySubject(subject, except) {
      if (except !== undefined) assertStoreKey(except);
      const index = namespace.get(indexIdOf(subject));
      const entries = (await callObject(index, "entries")).filter(({ key }) => key !== except);
      const answers = await inParallel(keysOf(entries), (key) => callObject(sessionAt(key), "delete", { subject }));
      const ended = answers.flatMap(({ entry }) => (entry === undefined ? [] : [entry.id]));
      if (entries.length > 0) {
        const abandoned = entries.map(({ id }) => id);
        await callObject(index, "forget", ended, abandoned);
      }
      return answers.filter(({ result }) => result === "ok").length;
    },
  };
}

/** Each key once: several attempts to create a session have an entry each. */
function keysOf(entries: readonly IndexEntry[]): string[] {
  return [...new Set(entries.map(({ key }) => key))];
}

/** Runs all calls even when some fail, so that one unreachable object does not keep the other sessions alive. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  body: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) {
      try {
        results.push(await body(item));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL_CALLS }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
