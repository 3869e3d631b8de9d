import { deepStrictEqual } from "node:assert";
import { memoryStore, type SessionEvent, SessionManager, type StandardSchema, serverSide } from "@coatcheck/core";
import { sessionTransaction } from "@coatcheck/testing";
import { assertUnpolluted } from "../assert-no-prototype-pollution.ts";
import type { Target } from "../target.ts";
import { NOW } from "../test-site.ts";

interface Data {
  theme: string;
  visits: number;
}

class SchemaError extends Error {}

/** What the first character of an input chooses. */
const KINDS = ["sync", "async", "throws", "rejects"] as const;

/** What stands in the data column, under a schema: one that answers at once, one that takes its time, two that break. */
export const schemaData: Target = {
  name: "schema-data",
  words: [
    '{"d":{}}',
    '"d":',
    '"f":',
    '"n":',
    '"p":true',
    '"theme":"dark"',
    '"visits":',
    "[]",
    "null",
    "true",
    "{}",
    ",",
  ].concat(['"__proto__":', '"constructor":', '"toString":', '[["a","b",1]]', '"polluted"', "-1", "1e999", "0.5"]),

  async start() {
    let data = "";
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
          return found && { ...found, data };
        },
        update: async () => "ok",
        delete: async () => "ok",
      }),
      schema,
      now: () => NOW,
      onEvent: (event) => void events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.set("theme", "dark"));
    let seen: object | undefined;

    return async (input) => {
      kind = KINDS[(input[0] ?? 0) % KINDS.length] ?? "sync";
      data = input.subarray(1).toString();
      events.length = 0;
      seen = undefined;
      const content = parseContent(data);
      let failure: unknown;
      const request = new Request("https://localhost/", { headers: { Cookie: cookie } });
      await sessions
        .handle(request, async (pending) => {
          const session = await pending;
          seen = { isNew: session.isNew, data: Object.fromEntries(session.entries()) };
          return new Response(null);
        })
        .catch((error: unknown) => {
          failure = error;
        });
      assertUnpolluted();
      const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
      if (content !== undefined && (kind === "throws" || kind === "rejects")) {
        // A schema that cannot say yes or no has no session: whoever awaits it is told.
        deepStrictEqual([failure instanceof SchemaError, seen, reasons], [true, undefined, []]);
        return kind;
      }
      deepStrictEqual(failure, undefined);
      const isAccepted = content !== undefined && validate(content).issues === undefined;
      // What held nothing but messages for this request is used up by it.
      const ends = reasons.includes("destroyed") && Object.keys(content ?? {}).length === 0 ? ["destroyed"] : [];
      const expected = isAccepted
        ? { seen: { isNew: false, data: Object.fromEntries(Object.entries(content)) }, reasons: ends }
        : { seen: { isNew: true, data: {} }, reasons: ["invalid-data"] };
      deepStrictEqual({ seen, reasons }, expected);
      return `${kind} ${reasons} ${Object.keys(content ?? {}).length > 0}`;
    };
  },
};

function validate(value: unknown) {
  const { theme, visits } = value as Partial<Record<keyof Data, unknown>>;
  const isTheme = theme === undefined || theme === "dark" || theme === "light";
  const isCount = visits === undefined || (Number.isSafeInteger(visits) && Number(visits) >= 0);
  return isTheme && isCount ? { value: value as Partial<Data> } : { issues: [{ message: "refused" }] };
}

/** The data in what was stored, if that is what a session writes. */
function parseContent(text: string): object | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== "object" || content === null) return undefined;
  const { d, f = [] } = content as { readonly d?: unknown; readonly f?: unknown };
  const isData = typeof d === "object" && d !== null && !Array.isArray(d);
  return isData && Array.isArray(f) && f.every(Array.isArray) ? d : undefined;
}
