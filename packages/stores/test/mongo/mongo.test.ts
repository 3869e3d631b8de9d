import { InvalidOptionError } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { type MongoCollection, mongoStore } from "../../src/mongo.ts";
import { expectWrongKeysRefused } from "../support/wrong-keys.ts";

/** A collection that must not be asked anything. */
const untouched: MongoCollection = {
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
  it("refuses what is no collection, and says what to write", () => {
    for (const wrong of [undefined, null, "sessions", {}, { collectionName: "sessions" }]) {
      const make = () => mongoStore(wrong as unknown as MongoCollection);
      expect(make).toThrow(InvalidOptionError);
      expect(make).toThrow('client.db().collection("sessions")');
    }
  });

  it("refuses a collection that does not say what became of a write", () => {
    expect(() => mongoStore({ ...untouched, writeConcern: { w: 0 } })).toThrow(InvalidOptionError);
  });

  it("refuses an option of another type", () => {
    const options = { createIndexes: "no" } as unknown as { createIndexes: boolean };
    expect(() => mongoStore(untouched, options)).toThrow(InvalidOptionError);
  });

  it("SEC-04 refuses a key that is no hash before it asks the server", async () => {
    const store = mongoStore(untouched);
    await expectWrongKeysRefused(store);
    await expect(store.deleteBySubject("eve", "../etc")).rejects.toThrow(InvalidOptionError);
  });

  it("SEC-24 refuses a subject that is a condition, which would end the sessions of everybody", async () => {
    const store = mongoStore(untouched);
    for (const subject of [{ $ne: null }, { $gt: "" }, /./, ["eve"], null, undefined]) {
      await expect(store.listBySubject(subject as unknown as string)).rejects.toThrow(InvalidOptionError);
      await expect(store.deleteBySubject(subject as unknown as string)).rejects.toThrow(InvalidOptionError);
    }
  });
});

function unexpected(): never {
  throw new Error("the server was asked");
}
