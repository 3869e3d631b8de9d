import { memoryStore, type SessionStore, StoreFailedError, serverSide } from "@coatcheck/core";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { setUp } from "../support/app-with-inspector.ts";
import { textOf, verdictIn } from "../support/page-text.ts";

/** Records that other software may have written into the store. */
const DAMAGED = [
  { what: "data that is not JSON", damage: { data: '{"d":{' } },
  { what: "data that is a JSON array", damage: { data: '["a"]' } },
  { what: "data that is null", damage: { data: "null" } },
  { what: "invalid flash messages", damage: { data: '{"d":{},"f":[1,null]}' } },
  { what: "invalid extension data", damage: { data: '{"d":{},"n":"x"}' }, isAccepted: true },
  {
    what: "deeply nested extension data",
    damage: { data: `{"d":{},"n":${"[".repeat(9000)}${"]".repeat(9000)}}` },
    isAccepted: true,
  },
  { what: "invalid dates", damage: { createdAt: Number.NaN, expiresAt: "tomorrow" } },
  { what: "a date out of range", damage: { expiresAt: 1e300 }, isAccepted: true },
  { what: "a subject that is not a string", damage: { subject: { name: "eve" } } },
  { what: "no version", damage: { version: null } },
];

/** A store that returns damaged records. */
function damagedStore(damage: object): SessionStore & { isDamaged: boolean } {
  const store = memoryStore();
  return {
    ...store,
    isDamaged: false,
    async load(key) {
      const found = await store.load(key);
      return found && this.isDamaged ? { ...found, ...damage } : found;
    },
  };
}

describe("a damaged record", () => {
  for (const { what, damage, isAccepted = false } of DAMAGED) {
    it(`is shown as far as it can be read: ${what}`, async () => {
      const store = damagedStore(damage);
      const { visitor } = setUp({ mode: serverSide(store) });
      const eve = visitor();
      await eve.visit((session) => session.set("cart", []));
      store.isDamaged = true;
      const response = await eve.look();
      expect(response.status).toBe(200);
      const page = await response.text();
      expect(verdictIn(page)).toBe(isAccepted ? "accepted" : "rejected: invalid-data");
      expect(page).toContain("</html>");
    });
  }
});

describe("an error while the session is read", () => {
  it("SEC-41 is shown with its code and message, without the message of its cause", async () => {
    const store = faultyStore(memoryStore());
    const { visitor } = setUp({ mode: serverSide(store) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    store.failNext("load", "throw-before");
    const response = await eve.look();
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(verdictIn(page)).toBe("cannot be read");
    expect(textOf(page)).toContain("STORE_FAILED The session store failed in load");
    expect(textOf(page)).toContain("Cause: Error .");
    expect(page).not.toContain("connection refused");
  });

  it("is shown with the code of its cause", async () => {
    const refused = Object.assign(new Error("redis://user:password@host"), { code: "ECONNREFUSED" });
    const store = {
      ...memoryStore(),
      load: () => Promise.reject(new StoreFailedError("It failed.", { cause: refused })),
    };
    const { visitor } = setUp({ mode: serverSide(store) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    const text = textOf(await eve.page());
    expect(text).toContain("STORE_FAILED It failed.");
    expect(text).toContain("Error, ECONNREFUSED");
    expect(text).not.toContain("password@");
  });

  it("is shown if the schema throws it", async () => {
    const mode = serverSide(memoryStore());
    const setting = setUp({ mode });
    const eve = setting.visitor();
    await eve.visit((session) => session.set("cart", []));
    const validate = () => {
      throw new TypeError("undefined is not a function");
    };
    setting.redeploy({ mode, schema: { "~standard": { version: 1, vendor: "test", validate } } });
    const page = await eve.page();
    expect(verdictIn(page)).toBe("cannot be read");
    expect(textOf(page)).toContain("for example the schema. Cause: TypeError");
  });
});
