import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { faultyStore, sessionTransaction } from "@coatcheck/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

type Data = Record<string, number | number[]>;

/** A change to one key. */
const change = fc.oneof(
  fc.record({ do: fc.constant("set" as const), value: fc.nat(3) }),
  fc.record({ do: fc.constant("delete" as const) }),
  fc.record({ do: fc.constant("add" as const) }),
  fc.record({ do: fc.constant("push" as const) }),
);
const changes = fc.array(fc.record({ key: fc.constantFrom("a", "b", "c", "d"), change }), { maxLength: 6 });
type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

interface Values {
  get(key: string): number | number[] | undefined;
  set(key: string, value: number | number[]): unknown;
  delete(key: string): unknown;
}

/** Makes the changes to a session, or to a Map, which is the model. */
function applyTo(values: Values, list: Changes, update: (key: string, fn: (n: unknown) => number) => void): void {
  for (const { key, change } of list) {
    const current = values.get(key);
    if (change.do === "set") values.set(key, change.value);
    else if (change.do === "delete") values.delete(key);
    else if (change.do === "add") update(key, (n) => (typeof n === "number" ? n : 0) + 1);
    else if (Array.isArray(current)) current.push(current.length);
    else values.set(key, [0]);
  }
}

function modelAfter(start: ReadonlyMap<string, number | number[]>, list: Changes): Map<string, number | number[]> {
  const values = structuredClone(new Map(start));
  applyTo(values, list, (key, fn) => values.set(key, fn(values.get(key))));
  return values;
}

describe("two concurrent commits of one session", () => {
  it("save the changes of both, and the later value of a key that both changed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom("a", "b", "c"), fc.oneof(fc.nat(3), fc.array(fc.nat(3), { maxLength: 2 }))),
        changes,
        changes,
        async (start, early, late) => {
          const store = faultyStore(memoryStore());
          const sessions = new SessionManager<Data>({ mode: serverSide(store) });
          const commit = (list: Changes, cookie: string, mark: string) =>
            sessionTransaction(
              sessions,
              (session) => {
                session.set(mark, 1);
                applyTo(session, list, (key, fn) => session.update(key, fn));
              },
              { cookie },
            );
          const cookie = await sessionTransaction(sessions, (session) => {
            session.set("start", 1);
            for (const [key, value] of Object.entries(start)) session.set(key, value);
          });

          const pause = store.pauseNext("update");
          const slow = commit(late, cookie, "late");
          await pause.reached;
          await commit(early, cookie, "early");
          pause.resume();
          await slow;

          const loaded = new Map(Object.entries(start));
          const afterEarly = modelAfter(loaded, early);
          const expected = new Map(afterEarly).set("start", 1).set("early", 1).set("late", 1);
          for (const key of ["a", "b", "c", "d"]) {
            const mine = late.filter((entry) => entry.key === key);
            const alone = modelAfter(loaded, mine).get(key);
            const isUntouched = mine.length === 0 || (alone === undefined && !loaded.has(key));
            if (isUntouched) continue;
            const isCounter = mine.every((entry) => entry.change.do === "add");
            const value = isCounter ? modelAfter(afterEarly, mine).get(key) : alone;
            if (value === undefined) expected.delete(key);
            else expected.set(key, value);
          }

          let found: unknown;
          await sessionTransaction(
            sessions,
            (session) => {
              found = Object.fromEntries(session.entries());
            },
            { cookie },
          );
          expect(found).toEqual(Object.fromEntries(expected));
        },
      ),
      { numRuns: 100 },
    );
  });
});
