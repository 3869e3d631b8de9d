import type { PendingSession } from "@coatcheck/core";
import type { ShopData, ShopFlash } from "../sessions/session-data.ts";
import type { KindEnv } from "../sessions/storage-choice.ts";

/** The environment of the shop's pages. */
export interface ShopEnv {
  Variables: KindEnv["Variables"] & { session: PendingSession<ShopData, ShopFlash> };
}

/** The environment of pages behind a guard. */
export interface AccountEnv {
  Variables: ShopEnv["Variables"] & { subject: string };
}

/** The environment of the admin area: its sessions are others. */
export interface AdminEnv {
  Variables: KindEnv["Variables"] & { session: PendingSession<object, ShopFlash>; subject: string };
}
