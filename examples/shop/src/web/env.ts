import type { PendingSession } from "@coatcheck/core";
import type { ShopData, ShopFlash } from "../sessions/session-data.ts";
import type { StorageEnv } from "../sessions/storage-choice.ts";

/** The environment of the shop's pages. */
export interface ShopEnv {
  Variables: StorageEnv["Variables"] & { session: PendingSession<ShopData, ShopFlash> };
}

/** The environment of pages behind a guard. */
export interface AccountEnv {
  Variables: ShopEnv["Variables"] & { subject: string };
}

/** The environment of the admin area, which has its own sessions. */
export interface AdminEnv {
  Variables: StorageEnv["Variables"] & { session: PendingSession<object, ShopFlash>; subject: string };
}
