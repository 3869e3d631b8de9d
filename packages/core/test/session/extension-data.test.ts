import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { getExtensionData, setExtensionData } from "@coatcheck/core/toolkit";
import { visitor } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";

describe("a note", () => {
  it("that was changed in place is kept, like any value", async () => {
    const { visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    await visit((session) => setExtensionData(session, "devices", ["phone"]));
    await visit((session) => (getExtensionData(session, "devices") as string[]).push("laptop"));
    expect((await visit((session) => getExtensionData(session, "devices"))).result).toEqual(["phone", "laptop"]);
  });

  it("that was only looked at is not written again", async () => {
    const store = memoryStore();
    const { visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await visit((session) => setExtensionData(session, "devices", ["phone"]));
    const versions: number[] = [];
    const update = store.update.bind(store);
    store.update = async (key, session, expected) => {
      versions.push(session.version);
      return update(key, session, expected);
    };
    await visit((session) => getExtensionData(session, "devices"));
    expect(versions).toEqual([]);
    await visit((session) => setExtensionData(session, "devices", ["laptop"]));
    expect(versions).toEqual([2]);
  });
});
