import { type Document, Long } from "bson";
import { assertKnownFields, MongoCommandError } from "./command-error.ts";
import { isSame, matches, updated } from "./documents.ts";

/** The data of the server, and the commands that the store sends. It rejects all others. */
export interface MongoDatabase {
  /** @throws {@link MongoCommandError} */
  run(command: Document): Document;
  /** The documents of a collection. */
  documents(collection: string): Document[];
}

/** The number of documents in the first batch of a cursor. */
const FIRST_BATCH = 101;

/** Fields that any command may have. */
const ENVELOPE = ["$db", "$readPreference", "lsid"];
const WRITE_ENVELOPE = [...ENVELOPE, "txnNumber", "writeConcern", "ordered"];

interface Collection {
  readonly documents: Map<string, Document>;
  readonly indexes: Map<string, string>;
}

export function mongoDatabase(): MongoDatabase {
  const collections = new Map<string, Collection>();
  const cursors = new Map<number, Document[]>();

  function collection(name: string): Collection {
    const found = collections.get(name) ?? { documents: new Map(), indexes: new Map() };
    collections.set(name, found);
    return found;
  }

  function find(name: string, filter: Document): Document[] {
    return [...collection(name).documents.values()].filter((document) => matches(document, filter));
  }

  function insert(name: string, document: Document): Document {
    const { _id } = document;
    const { documents } = collection(name);
    if (typeof _id !== "string") throw new MongoCommandError(2, "BadValue", "_id must be a string");
    if (documents.has(_id)) {
      const errmsg = `E11000 duplicate key error collection: ${name} index: _id_ dup key: { _id: "${_id}" }`;
      return { n: 0, writeErrors: [{ index: 0, code: 11_000, errmsg, keyPattern: { _id: 1 }, keyValue: { _id } }] };
    }
    documents.set(_id, document);
    return { n: 1 };
  }

  function update(name: string, statement: Document): Document {
    assertKnownFields("update.updates", statement, ["q", "u"]);
    const [found] = find(name, statement["q"]);
    if (found === undefined) return { n: 0, nModified: 0 };
    const next = updated(found, statement["u"]);
    collection(name).documents.set(found["_id"], next);
    return { n: 1, nModified: isSame(found, next) ? 0 : 1 };
  }

  function remove(name: string, statement: Document): Document {
    assertKnownFields("delete.deletes", statement, ["q", "limit"]);
    const found = find(name, statement["q"]);
    const removed = statement["limit"] === 0 ? found : found.slice(0, statement["limit"]);
    for (const { _id } of removed) collection(name).documents.delete(_id);
    return { n: removed.length };
  }

  function createIndex(name: string, index: Document): void {
    assertKnownFields("createIndexes.indexes", index, ["key", "name", "expireAfterSeconds", "sparse"]);
    const { indexes } = collection(name);
    const wanted = JSON.stringify(index);
    if ((indexes.get(index["name"]) ?? wanted) !== wanted) {
      throw new MongoCommandError(85, "IndexOptionsConflict", `An index ${index["name"]} has other options`);
    }
    indexes.set(index["name"], wanted);
  }

  function cursor(batch: "firstBatch" | "nextBatch", command: Document, found: Document[], size: number): Document {
    const rest = found.slice(size);
    const id = rest.length === 0 || command["singleBatch"] ? 0 : cursors.size + 1;
    if (id !== 0) cursors.set(id, rest);
    const ns = `${command["$db"]}.${command["find"] ?? command["collection"]}`;
    return { cursor: { [batch]: found.slice(0, size), id: Long.fromNumber(id), ns } };
  }

  const commands: Record<string, { readonly fields: readonly string[]; run(command: Document): Document }> = {
    ping: { fields: ENVELOPE, run: () => ({}) },
    endSessions: { fields: ENVELOPE, run: () => ({}) },
    createIndexes: {
      fields: [...WRITE_ENVELOPE, "indexes"],
      run(command) {
        for (const index of command["indexes"]) createIndex(command["createIndexes"], index);
        return {};
      },
    },
    insert: {
      fields: [...WRITE_ENVELOPE, "documents"],
      run: ({ insert: name, documents }) => insert(name, only(documents)),
    },
    update: {
      fields: [...WRITE_ENVELOPE, "updates"],
      run: ({ update: name, updates }) => update(name, only(updates)),
    },
    delete: {
      fields: [...WRITE_ENVELOPE, "deletes"],
      run: ({ delete: name, deletes }) => remove(name, only(deletes)),
    },
    find: {
      fields: [...ENVELOPE, "filter", "projection", "limit", "singleBatch"],
      run(command) {
        const { filter, limit, projection } = command;
        const found = find(command["find"], filter).slice(0, limit ?? Number.POSITIVE_INFINITY);
        if (projection !== undefined) assertKnownFields("find.projection", projection, ["_id"]);
        const seen = projection === undefined ? found : found.map(({ _id }) => ({ _id }));
        return cursor("firstBatch", command, seen, FIRST_BATCH);
      },
    },
    getMore: {
      fields: [...ENVELOPE, "collection"],
      run(command) {
        const id = Number(command["getMore"]);
        const rest = cursors.get(id);
        if (rest === undefined) throw new MongoCommandError(43, "CursorNotFound", `cursor id ${id} not found`);
        return cursor("nextBatch", command, rest, rest.length);
      },
    },
  };

  return {
    run(command) {
      const [name = ""] = Object.keys(command);
      const known = commands[name];
      if (known === undefined) throw new MongoCommandError(59, "CommandNotFound", `no such command: '${name}'`);
      assertKnownFields(name, command, [name, ...known.fields]);
      return { ...known.run(command), ok: 1 };
    },
    documents: (name) => [...collection(name).documents.values()],
  };
}

/** The store sends one statement per command. */
function only(statements: readonly Document[]): Document {
  const [statement, ...others] = statements;
  if (statement === undefined || others.length > 0)
    throw new MongoCommandError(2, "BadValue", "there must be one statement");
  return statement;
}
