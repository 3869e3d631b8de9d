import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { readNote, writeNote } from "@coatcheck/core/toolkit";
import { visitor } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";

describe("a note", () => {
  it("that was changed in place is kept, like any value", async () => {
    const { visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    await visit((session) => writeNote(session, "devices", ["phone"]));
    await visit((session) => (readNote(session, "devices") as string[]).push("laptop"));
    expect((await visit((session) => readNote(session, "devices"))).result).toEqual(["phone", "laptop"]);
  });

  it("that was only looked at is not written again", async () => {
    const store = memoryStore();
    const { visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await visit((session) => writeNote(session, "devices", ["phone"]));
    const versions: number[] = [];
    const update = store.update.bind(store);
    store.update = async (key, session, expected) => {
      versions.push(session.version);
      return update(key, session, expected);
    };
    await visit((session) => readNote(session, "devices"));
    expect(versions).toEqual([]);
    await visit((session) => writeNote(session, "devices", ["laptop"]));
    expect(versions).toEqual([2]);
  });
});
