import type { StoredSession } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { parseRecord, toRecord } from "../src/record.ts";

const session: StoredSession = { data: '{"d":{"a":"\u2028"}}', version: 3, createdAt: 1, expiresAt: 2, subject: "eve" };

describe("parseRecord", () => {
  it("returns the session that toRecord serialized", () => {
    expect(parseRecord(toRecord(session))).toEqual(session);
  });

  it("SEC-42 finds no session in a partly written record", () => {
    const record = toRecord(session);
    for (let length = 0; length < record.length; length++) expect(parseRecord(record.slice(0, length))).toBeNull();
  });

  it("finds no session in other JSON", () => {
    for (const text of ["null", "1", "[]", "{}", '"text"', '{"data":1,"version":1,"createdAt":1,"expiresAt":1}']) {
      expect(parseRecord(text), text).toBeNull();
    }
  });
});
