import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { getExtensionData, setExtensionData } from "@coatcheck/core/toolkit";
import { visitor } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

describe("getExtensionData", () => {
  it("returns an object whose changes in place are stored", async () => {
    const { visit } = visitor(new SessionManager({ mode: serverSide(memoryStore()) }));
    await visit((session) => setExtensionData(session, "devices", ["phone"]));
    await visit((session) => (getExtensionData(session, "devices") as string[]).push("laptop"));
    expect((await visit((session) => getExtensionData(session, "devices"))).result).toEqual(["phone", "laptop"]);
  });

  it("causes no write", async () => {
    const store = faultyStore(memoryStore());
    const { visit } = visitor(new SessionManager({ mode: serverSide(store) }));
    await visit((session) => setExtensionData(session, "devices", ["phone"]));
    await visit((session) => getExtensionData(session, "devices"));
    expect(store.calls.update).toBe(0);
    await visit((session) => setExtensionData(session, "devices", ["laptop"]));
    expect(store.calls.update).toBe(1);
  });
});
