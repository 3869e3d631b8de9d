import type { FullStore } from "./store-runner.ts";

/** An optional ability of a store. */
export type Ability = "compare and swap" | "subject index" | "sweeper";

/** Whether a store declares an ability: by its traits, or by its methods. */
export function declares(store: Partial<FullStore>, ability: Ability): boolean {
  switch (ability) {
    case "compare and swap":
      return store.traits?.atomic === true;
    case "subject index":
      return typeof store.listBySubject === "function" || typeof store.deleteBySubject === "function";
    case "sweeper":
      return typeof store.sweep === "function";
  }
}
