import { memoryStore, type SessionStore, StoreFailedError, serverSide } from "@coatcheck/core";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { setUp, textOf, verdictIn } from "../support/app-with-inspector.ts";

/** What somebody else may have written into the store. */
const DAMAGED = [
  { what: "no JSON", damage: { data: '{"d":{' } },
  { what: "JSON of another shape", damage: { data: '["a"]' } },
  { what: "null", damage: { data: "null" } },
  { what: "flash messages that are none", damage: { data: '{"d":{},"f":[1,null]}' } },
  { what: "notes that are none", damage: { data: '{"d":{},"n":"x"}' }, isHonoured: true },
  {
    what: "JSON without an end",
    damage: { data: `{"d":{},"n":${"[".repeat(9000)}${"]".repeat(9000)}}` },
    isHonoured: true,
  },
  { what: "no instants", damage: { createdAt: Number.NaN, expiresAt: "tomorrow" } },
  { what: "an instant out of range", damage: { expiresAt: 1e300 }, isHonoured: true },
  { what: "a subject that is no string", damage: { subject: { name: "eve" } } },
  { what: "no version", damage: { version: null } },
];

/** Hands out what it keeps, damaged. */
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

describe("a record that cannot be read", () => {
  for (const { what, damage, isHonoured = false } of DAMAGED) {
    it(`is shown as far as it can be: ${what}`, async () => {
      const store = damagedStore(damage);
      const { visitor } = setUp({ mode: serverSide(store) });
      const eve = visitor();
      await eve.visit((session) => session.set("cart", []));
      store.isDamaged = true;
      const response = await eve.look();
      expect(response.status).toBe(200);
      const page = await response.text();
      expect(verdictIn(page)).toBe(isHonoured ? "honoured" : "rejected: invalid-data");
      expect(page).toContain("</html>");
    });
  }
});

describe("what fails while the session is read", () => {
  it("SEC-41 is told by code and message, without the words of its cause", async () => {
    const store = faultyStore(memoryStore());
    const { visitor } = setUp({ mode: serverSide(store) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    store.failNext("load", "throw-before");
    const response = await eve.look();
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(verdictIn(page)).toBe("cannot be read");
    expect(textOf(page)).toContain("STORE_FAILED The session store failed (load): see cause.");
    expect(textOf(page)).toContain("The cause: Error .");
    expect(page).not.toContain("connection refused");
  });

  it("is told with the code of its cause", async () => {
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

  it("is told where a schema throws", async () => {
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
    expect(textOf(page)).toContain("by the schema perhaps. The cause: TypeError");
  });
});
