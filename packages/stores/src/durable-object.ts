import type { SessionStore, StoredSession, SubjectIndex, SubjectSession } from "@coatcheck/core";
import { assertArgument, assertStoreKey } from "./assert-argument.ts";
import { ask, type IndexEntry, type ObjectStub, type SessionObjectNamespace } from "./durable-object/protocol.ts";
import { toInstant, withInstants } from "./instants.ts";
import { type PrefixOptions, toPrefix } from "./prefix.ts";

export type { ObjectId, ObjectStub, SessionObjectNamespace } from "./durable-object/protocol.ts";
export { SessionObject, type SessionObjectState } from "./durable-object/session-object.ts";

/** How many objects are asked at the same time. Workers opens 6 connections at once and lets the others wait. */
const PARALLEL = 6;

/**
 * Sessions in Cloudflare Durable Objects: one object per session, which is its lock, and one per subject, which knows
 * the keys of that subject's sessions. Strongly consistent all over the world; each operation is one request to where
 * the session was first written.
 *
 * The index hears of a login before the session is there, and of a logout after it is gone, so a session that can be
 * loaded is always in the index. Of a login that races with `deleteBySubject` either the session is ended, or it was not
 * there yet and is complete and listed afterwards; a request that counts on the former has to end it again. A worker
 * that dies between the two steps leaves an entry without a session, which the next look at the index clears away, once
 * it is ten minutes old: no login takes that long, for its session is refused after one minute.
 *
 * Listing or ending n sessions of a subject takes n + 2 requests at most; Workers allows 50 for each request on the free
 * plan, and at least 1000 on others.
 *
 * @param namespace - the binding, `env.SESSION_OBJECTS`
 * @throws `INVALID_OPTION`
 */
export function durableObjectStore(
  namespace: SessionObjectNamespace,
  options: PrefixOptions = {},
): SessionStore & SubjectIndex {
  assertArgument(
    isObjectNamespace(namespace),
    'durableObjectStore: the first argument must be a Durable Object namespace: durableObjectStore(env.SESSION_OBJECTS), with "durable_objects": { "bindings": [{ "name": "SESSION_OBJECTS", "class_name": "SessionObject" }] } and "migrations": [{ "tag": "v1", "new_sqlite_classes": ["SessionObject"] }] in wrangler.jsonc, and SessionObject of @coatcheck/stores/durable-object exported by the worker',
  );
  const prefix = toPrefix("durableObjectStore", options);

  function sessionAt(key: string): ObjectStub {
    assertStoreKey(key);
    return namespace.get(namespace.idFromName(prefix + key));
  }

  /** No prefix and no key has a slash, so no session is ever taken for an index. JSON keeps half surrogate pairs apart. */
  function indexIdOf(subject: string): ReturnType<SessionObjectNamespace["idFromName"]> {
    return namespace.idFromName(`${prefix}/subject/${JSON.stringify(subject)}`);
  }

  async function createWithSubject(key: string, session: StoredSession, subject: string): Promise<boolean> {
    const target = sessionAt(key);
    const indexId = indexIdOf(subject);
    const id = crypto.randomUUID();
    const enteredAt = await ask(namespace.get(indexId), "enter", id, key);
    const result = await ask(target, "create", session, { id, index: indexId.toString(), enteredAt });
    if (result === "late") throw new Error("The session was not created: entering it in the index took too long.");
    // Nobody else's entry: each attempt has its own.
    if (result === "exists") await ask(namespace.get(indexId), "forget", [id], []);
    return result === "ok";
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    async load(key) {
      return ask(sessionAt(key), "load");
    },

    async create(key, given) {
      const session = withInstants(given);
      if (session.subject !== undefined) return createWithSubject(key, session, session.subject);
      return (await ask(sessionAt(key), "create", session)) === "ok";
    },

    async update(key, session, expectedVersion) {
      return ask(sessionAt(key), "update", withInstants(session), expectedVersion);
    },

    async touch(key, expiresAt) {
      return ask(sessionAt(key), "touch", toInstant(expiresAt));
    },

    async delete(key, expectedVersion) {
      const { result, entry } = await ask(sessionAt(key), "delete", { version: expectedVersion });
      if (entry !== undefined) {
        await ask(namespace.get(namespace.idFromString(entry.index)), "forget", [entry.id], []);
      }
      return result;
    },

    async listBySubject(subject) {
      const index = namespace.get(indexIdOf(subject));
      const entries = await ask(index, "entries");
      const found = await inParallel(keysOf(entries), async (key): Promise<SubjectSession | undefined> => {
        const session = await ask(sessionAt(key), "load");
        return session?.subject === subject ? { key, session } : undefined;
      });
      const listed = found.filter((entry) => entry !== undefined);
      const live = new Set(listed.map(({ key }) => key));
      const abandoned = entries.filter(({ key }) => !live.has(key)).map(({ id }) => id);
      if (abandoned.length > 0) await ask(index, "forget", [], abandoned);
      return listed;
    },

    async deleteBySubject(subject, except) {
      if (except !== undefined) assertStoreKey(except);
      const index = namespace.get(indexIdOf(subject));
      const entries = (await ask(index, "entries")).filter(({ key }) => key !== except);
      const answers = await inParallel(keysOf(entries), (key) => ask(sessionAt(key), "delete", { subject }));
      const ended = answers.flatMap(({ entry }) => (entry === undefined ? [] : [entry.id]));
      if (entries.length > 0) {
        const abandoned = entries.map(({ id }) => id);
        await ask(index, "forget", ended, abandoned);
      }
      return answers.filter(({ result }) => result === "ok").length;
    },
  };
}

/** Each key once: attempts to create the same session have an entry each. */
function keysOf(entries: readonly IndexEntry[]): string[] {
  return [...new Set(entries.map(({ key }) => key))];
}

/** Asks for all, also when some fail, so that one object that is out of reach saves none of the others from ending. */
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
  await Promise.all(Array.from({ length: PARALLEL }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}

function isObjectNamespace(value: unknown): boolean {
  // A service binding, or an object's own stub, seems to have every method there could be.
  if (typeof value !== "object" || value === null || "fetch" in value) return false;
  const methods = ["idFromName", "idFromString", "get"] satisfies (keyof SessionObjectNamespace)[];
  return methods.every((method) => typeof Reflect.get(value, method) === "function");
}
