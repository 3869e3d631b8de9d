import type { SessionStore } from "@coatcheck/core";
import { expect } from "vitest";
import { sessionOf, storeKey } from "./sessions.ts";

/** Invalid store keys that have a meaning in some engine. */
const WRONG_KEYS: readonly unknown[] = [
  ...["", "..", "../etc", "..:..:etc:passwd", "/subject/eve", "subject", "' or 1=1 --".padEnd(43)],
  ...[storeKey("a").slice(1), `${storeKey("a")}A`, `${storeKey("a")} `, `${storeKey("a").slice(1)}%`],
  ...[`${storeKey("a").slice(1)}\0`, `${storeKey("a").slice(1)}/`, "a".repeat(513)],
  ...[{ $ne: null }, [storeKey("a")], null, undefined],
];

/**
 * Expects every operation to reject invalid keys. The conformance suite tests the same on an engine. Here the store's
 * engine fails every call, so that a rejection with `INVALID_OPTION` came before any call.
 */
export async function expectWrongKeysRejected(store: SessionStore): Promise<void> {
  for (const key of WRONG_KEYS as string[]) {
    for (const run of everyKeyed(store, key)) {
      await expect(run(), JSON.stringify(key)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
  }
}

/** Every operation that takes a key. */
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
