import { deepStrictEqual, ok } from "node:assert";
import {
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionStore,
  type StoredSession,
  type SubjectIndex,
  serverSide,
} from "@coatcheck/core";
import { sessionTransaction } from "@coatcheck/testing";
import { assertUnpolluted } from "../assert-no-prototype-pollution.ts";
import type { Target } from "../target.ts";
import { NOW } from "../test-site.ts";

/** Longer than any session may last that this target opens. */
const YEARS = 10 * 365 * 24 * 3600 * 1000;

/** A record as a broken store hands it out: any JSON, from which the placeholders lead to a sound one. */
export const storedRecord: Target = {
  name: "stored-record",
  words: [
    '"data":',
    '"version":',
    '"createdAt":',
    '"expiresAt":',
    '"subject":',
    '"authenticatedAt":',
    "{now}",
    "{later}",
  ].concat([
    '"{\\"d\\":{}}"',
    '"{\\"d\\":{\\"a\\":1},\\"n\\":{\\"endsAt\\":1}}"',
    '"{\\"d\\":{\\"__proto__\\":{\\"polluted\\":1}}}"',
    '"__proto__":',
    '"constructor":',
    '"toJSON":',
    "null",
    "true",
    "[]",
    "{}",
    '"1"',
    "1e999",
    "-0",
    ",",
  ]),

  async start() {
    let record: unknown;
    let clock = NOW;
    const events: SessionEvent[] = [];
    const written: StoredSession[] = [];
    const store = memoryStore();
    const broken: SessionStore & SubjectIndex = {
      ...store,
      load: async () => record as StoredSession | null,
      update: async (_, session) => {
        written.push(session);
        return "ok";
      },
      touch: async () => true,
      delete: async () => "ok",
      listBySubject: async () => [{ key: "a", session: record as StoredSession }],
    };
    const sessions = new SessionManager({
      mode: serverSide(broken),
      persistent: true,
      now: () => clock,
      onEvent: (event) => void events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.set("a", 1));

    /** Whether there is a session at that time; `write` puts something into it. */
    async function visit(at: number, write: boolean): Promise<boolean> {
      clock = at;
      events.length = 0;
      written.length = 0;
      let isNew: boolean | undefined;
      const request = new Request("https://localhost/", { headers: { Cookie: cookie } });
      const response = await sessions.handle(request, async (pending) => {
        const session = await pending;
        isNew = session.isNew;
        if (isNew) deepStrictEqual([session.subject, session.size], [undefined, 0]);
        else {
          ok(Number.isFinite(session.expiresAt));
          ok(["string", "undefined"].includes(typeof session.subject), "a subject that is none");
          ok(session.authenticatedAt === undefined || Number.isFinite(session.authenticatedAt));
        }
        if (write && !isNew) session.set("written", true);
        return new Response(null);
      });
      const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
      if (isNew) {
        deepStrictEqual(response.headers.getSetCookie(), []);
        deepStrictEqual(
          [reasons.length, ["not-found", "expired", "invalid-data"].includes(reasons[0] ?? "")],
          [1, true],
        );
      } else {
        // A session that held nothing but messages for this request is used up.
        ok(reasons.length === 0 || (!write && `${reasons}` === "destroyed"), `${reasons}`);
      }
      for (const line of response.headers.getSetCookie()) ok(/; Max-Age=\d+$/.test(line), "a Max-Age that is a number");
      return isNew === false;
    }

    return async (input) => {
      record = parse(
        input
          .toString()
          .replaceAll("{now}", `${NOW}`)
          .replaceAll("{later}", `${NOW + 3_600_000}`),
      );
      if (isLate(record)) return "began in the future";
      const isOpen = await visit(NOW, false);
      if (isOpen) {
        ok(!(await visit(NOW + YEARS, false)), "a session that does not expire");
        await visit(NOW, true);
        for (const { data, expiresAt, version } of written) {
          ok(Number.isFinite(expiresAt) && expiresAt <= NOW + YEARS && Number.isFinite(version));
          deepStrictEqual((JSON.parse(data) as { d: { written: unknown } }).d.written, true);
        }
      }
      if (typeof record === "object" && record !== null && "data" in record && typeof record.data === "string") {
        clock = NOW;
        for (const info of await sessions.list("x")) ok(!("data" in info), "the list holds no data");
      }
      assertUnpolluted();
      return `${isOpen} ${events.map(({ type }) => type)}`;
    };
  },
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half of a record.
    return { data: text, version: 1, createdAt: NOW, expiresAt: NOW + 1000 };
  }
}

/** Whether a session began when no clock can have been. It ends when its record says, be that in the far future as well. */
function isLate(stored: unknown): boolean {
  const { createdAt, authenticatedAt } = Object(stored) as Record<string, unknown>;
  return [createdAt, authenticatedAt].some((instant) => typeof instant === "number" && instant > NOW + YEARS / 2);
}
