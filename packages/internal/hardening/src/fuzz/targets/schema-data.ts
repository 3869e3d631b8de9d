import { deepStrictEqual } from "node:assert";
import { memoryStore, type SessionEvent, SessionManager, type StandardSchema, serverSide } from "@coatcheck/core";
import { isRecord } from "@coatcheck/core/toolkit";
import { sessionTransaction } from "@coatcheck/testing";
import { assertNoPrototypePollution } from "../assert-no-prototype-pollution.ts";
import type { Target } from "../target.ts";
import { eventName, NOW } from "../test-site.ts";

interface Data {
  theme: string;
  visits: number;
}

class SchemaError extends Error {}

/** How the schema behaves. The first byte of the input selects one. */
const KINDS = ["sync", "async", "throws", "rejects"] as const;

/** The stored content of a session, under a schema that validates synchronously or asynchronously, throws or rejects. */
export const schemaData: Target = {
  name: "schema-data",
  words: [
    ...['{"d":{}}', '"d":', '"f":', '"n":', '"p":true', '"theme":"dark"', '"visits":', '[["a","b",1]]'],
    ...['"__proto__":', '"constructor":', '"toString":', '"polluted"'],
    ...["[]", "null", "true", "{}", ",", "-1", "1e999", "0.5"],
  ],

  async start() {
    let content = "";
    let kind: (typeof KINDS)[number] = "sync";
    const events: SessionEvent[] = [];
    const store = memoryStore();
    const schema: StandardSchema<Partial<Data>> = {
      "~standard": {
        version: 1,
        vendor: "fuzz",
        validate: (value: unknown) => {
          if (kind === "throws") throw new SchemaError();
          if (kind === "rejects") return Promise.reject(new SchemaError());
          const result = validate(value);
          return kind === "async" ? Promise.resolve(result) : result;
        },
      },
    };
    const sessions = new SessionManager<Data>({
      mode: serverSide({
        ...store,
        load: async (key) => {
          const found = await store.load(key);
          return found && { ...found, data: content };
        },
        update: async () => "ok",
        delete: async () => "ok",
      }),
      schema,
      now: () => NOW,
      onEvent: (event) => void events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.set("theme", "dark"));

    return async (input) => {
      kind = KINDS[(input[0] ?? 0) % KINDS.length] ?? "sync";
      content = input.subarray(1).toString();
      events.length = 0;
      let received: object | undefined;
      let failure: unknown;
      try {
        await sessions.handle(new Request("https://localhost/", { headers: { Cookie: cookie } }), async (pending) => {
          const session = await pending;
          received = { isNew: session.isNew, data: Object.fromEntries(session.entries()) };
          return new Response(null);
        });
      } catch (error) {
        failure = error;
      }
      assertNoPrototypePollution();
      const names = events.map(eventName);
      const data = dataIn(content);
      if (data !== undefined && (kind === "throws" || kind === "rejects")) {
        // The schema cannot decide about the data, so there is no session and `await pending` throws.
        deepStrictEqual([failure instanceof SchemaError, received, names], [true, undefined, []]);
        return kind;
      }
      deepStrictEqual(failure, undefined);
      if (data !== undefined && validate(data).issues === undefined) {
        // A session that holds nothing but flash messages ends with the request that receives them.
        const mayEnd = names.includes("destroyed") && Object.keys(data).length === 0;
        const session = { isNew: false, data: Object.fromEntries(Object.entries(data)) };
        deepStrictEqual([received, names], [session, mayEnd ? ["destroyed"] : []]);
      } else {
        deepStrictEqual([received, names], [{ isNew: true, data: {} }, ["invalid-data"]]);
      }
      return `${kind} ${names} ${Object.keys(data ?? {}).length > 0}`;
    };
  },
};

function validate(value: unknown) {
  const { theme, visits } = value as Partial<Record<keyof Data, unknown>>;
  const isTheme = theme === undefined || theme === "dark" || theme === "light";
  const isCount = visits === undefined || (Number.isSafeInteger(visits) && Number(visits) >= 0);
  return isTheme && isCount ? { value: value as Partial<Data> } : { issues: [{ message: "invalid theme or visits" }] };
}

/** The data in a stored content; `undefined` for content that no session writes. Independent of core's own decoder. */
function dataIn(text: string): object | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(content)) return undefined;
  const { d: data, f: flash = [] } = content;
  return isRecord(data) && Array.isArray(flash) && flash.every(Array.isArray) ? data : undefined;
}
