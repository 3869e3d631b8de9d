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
import { isRecord } from "@coatcheck/core/toolkit";
import { sessionTransaction } from "@coatcheck/testing";
import { assertNoPrototypePollution } from "../assert-no-prototype-pollution.ts";
import type { Target } from "../target.ts";
import { eventName, NOW } from "../test-site.ts";

/** Milliseconds: longer than any session of this target may last. */
const TEN_YEARS = 10 * 365 * 24 * 3600 * 1000;

/** A record that a broken store returns: any JSON. The placeholders make it likely that the record is nearly valid. */
export const storedRecord: Target = {
  name: "stored-record",
  words: [
    ...['"data":', '"version":', '"createdAt":', '"expiresAt":', '"subject":', '"authenticatedAt":'],
    ...["{now}", "{later}"],
    ...['"{\\"d\\":{}}"', '"{\\"d\\":{\\"a\\":1},\\"n\\":{\\"endsAt\\":1}}"'],
    ...['"{\\"d\\":{\\"__proto__\\":{\\"polluted\\":1}}}"', '"__proto__":', '"constructor":', '"toJSON":'],
    ...["null", "true", "[]", "{}", '"1"', "1e999", "-0", ","],
  ],

  async start() {
    let record: unknown;
    let clock = NOW;
    const events: SessionEvent[] = [];
    const written: StoredSession[] = [];
    const store: SessionStore & SubjectIndex = {
      ...memoryStore(),
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
      mode: serverSide(store),
      persistent: true,
      now: () => clock,
      onEvent: (event) => void events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.set("a", 1));

    /** Sends a request at this time. Resolves to whether the record was accepted as a session. */
    async function request(at: number, { write }: { readonly write: boolean }): Promise<boolean> {
      clock = at;
      events.length = 0;
      written.length = 0;
      let isNew = false;
      const headers = { Cookie: cookie };
      const response = await sessions.handle(new Request("https://localhost/", { headers }), async (pending) => {
        const session = await pending;
        isNew = session.isNew;
        if (isNew) deepStrictEqual([session.subject, session.size], [undefined, 0]);
        else {
          ok(Number.isFinite(session.expiresAt));
          ok(["string", "undefined"].includes(typeof session.subject), "the subject is a string or undefined");
          ok(session.authenticatedAt === undefined || Number.isFinite(session.authenticatedAt));
          if (write) session.set("written", true);
        }
        return new Response(null);
      });
      const names = events.map(eventName);
      if (isNew) {
        deepStrictEqual(response.headers.getSetCookie(), []);
        const [reason = ""] = names;
        deepStrictEqual([names.length, ["not-found", "expired", "invalid-data"].includes(reason)], [1, true]);
      } else {
        // A session that holds nothing but flash messages ends with the request that receives them.
        ok(names.length === 0 || (!write && `${names}` === "destroyed"), `${names}`);
      }
      for (const line of response.headers.getSetCookie()) ok(/; Max-Age=\d+$/.test(line), "Max-Age is a number");
      return !isNew;
    }

    return async (input) => {
      record = toRecord(input.toString());
      if (startsInFuture(record)) return "starts in the future";
      const isAccepted = await request(NOW, { write: false });
      if (isAccepted) {
        ok(!(await request(NOW + TEN_YEARS, { write: false })), "the session expires");
        await request(NOW, { write: true });
        for (const { data, expiresAt, version } of written) {
          ok(Number.isFinite(expiresAt) && expiresAt <= NOW + TEN_YEARS && Number.isFinite(version));
          deepStrictEqual((JSON.parse(data) as { d: { written: unknown } }).d.written, true);
        }
      }
      if (isRecord(record) && typeof record["data"] === "string") {
        clock = NOW;
        for (const info of await sessions.list("x")) ok(!("data" in info), "the list holds no data");
      }
      assertNoPrototypePollution();
      return `${isAccepted} ${events.map(({ type }) => type)}`;
    };
  },
};

/** The record that the store returns for an input. Text that is not JSON becomes the content of a valid record. */
function toRecord(input: string): unknown {
  const text = input.replaceAll("{now}", `${NOW}`).replaceAll("{later}", `${NOW + 3_600_000}`);
  try {
    return JSON.parse(text);
  } catch {
    return { data: text, version: 1, createdAt: NOW, expiresAt: NOW + 1000 };
  }
}

/**
 * Whether a session starts at an instant that no clock can have shown. Such records are skipped: the session ends when
 * its record says so, which can be in the far future too.
 */
function startsInFuture(record: unknown): boolean {
  if (!isRecord(record)) return false;
  const instants = [record["createdAt"], record["authenticatedAt"]];
  return instants.some((instant) => typeof instant === "number" && instant > NOW + TEN_YEARS / 2);
}
