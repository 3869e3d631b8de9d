import { InvalidOptionError } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { type MongoCollection, mongoStore } from "../../src/mongo.ts";
import { expectWrongKeysRejected } from "../support/wrong-keys.ts";

/** A collection that fails every call. */
const collection: MongoCollection = {
  collectionName: "sessions",
  findOne: unexpected,
  find: unexpected,
  insertOne: unexpected,
  replaceOne: unexpected,
  updateOne: unexpected,
  deleteOne: unexpected,
  deleteMany: unexpected,
  createIndexes: unexpected,
};

describe("mongoStore", () => {
  it("rejects anything but a collection and shows the correct call", () => {
    for (const wrong of [undefined, null, "sessions", {}, { collectionName: "sessions" }]) {
      const create = () => mongoStore(wrong as unknown as MongoCollection);
      expect(create).toThrow(InvalidOptionError);
      expect(create).toThrow('client.db().collection("sessions")');
    }
  });

  it("rejects a collection that does not acknowledge writes", () => {
    expect(() => mongoStore({ ...collection, writeConcern: { w: 0 } })).toThrow(InvalidOptionError);
  });

  it("rejects an option of the wrong type", () => {
    const options = { createIndexes: "no" } as unknown as { createIndexes: boolean };
    expect(() => mongoStore(collection, options)).toThrow(InvalidOptionError);
  });

  it("SEC-04 rejects invalid store keys before it calls the server", async () => {
    const store = mongoStore(collection);
    await expectWrongKeysRejected(store);
    await expect(store.deleteBySubject("eve", "../etc")).rejects.toThrow(InvalidOptionError);
  });

  it("SEC-24 rejects a subject that is a condition and would end the sessions of all users", async () => {
    const store = mongoStore(collection);
    for (const subject of [{ $ne: null }, { $gt: "" }, /./, ["eve"], null, undefined]) {
      await expect(store.listBySubject(subject as unknown as string)).rejects.toThrow(InvalidOptionError);
      await expect(store.deleteBySubject(subject as unknown as string)).rejects.toThrow(InvalidOptionError);
    }
  });
});

function unexpected(): never {
  throw new Error("the server was called");
}
