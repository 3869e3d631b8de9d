import type { SessionStore } from "@coatcheck/core";
import { expect } from "vitest";
import { sessionOf, storeKey } from "./sessions.ts";

/** What is no store key, and would be something else to one engine or another. */
const WRONG_KEYS: readonly unknown[] = [
  ...["", "..", "../etc", "..:..:etc:passwd", "/subject/eve", "subject", "' or 1=1 --".padEnd(43)],
  ...[storeKey("a").slice(1), `${storeKey("a")}A`, `${storeKey("a")} `, `${storeKey("a").slice(1)}%`],
  ...[`${storeKey("a").slice(1)}\0`, `${storeKey("a").slice(1)}/`, "a".repeat(513)],
  ...[{ $ne: null }, [storeKey("a")], null, undefined],
];

/**
 * Sees that no operation takes what is no key. The conformance suite asks the same over an engine; here the engine is one
 * that cannot answer, so that whoever passes refused before it was asked.
 */
export async function expectWrongKeysRefused(store: SessionStore): Promise<void> {
  for (const key of WRONG_KEYS as string[]) {
    for (const ask of everyKeyed(store, key)) {
      await expect(ask(), JSON.stringify(key)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
  }
}

/** Every operation on a key. */
export function everyKeyed(store: SessionStore, key: string): (() => Promise<unknown>)[] {
  const session = sessionOf();
  return [
    () => store.load(key),
    () => store.create(key, session),
    () => store.create(key, { ...session, subject: "eve" }),
    () => store.update(key, { ...session, version: 2 }, 1),
    () => store.touch(key, session.expiresAt),
    () => store.delete(key),
    () => store.delete(key, 1),
  ];
}
