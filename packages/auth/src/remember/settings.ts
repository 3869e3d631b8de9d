import type { ResolvedCookie } from "@coatcheck/core/toolkit";
import type { RememberEventListener } from "./events.ts";
import type { RememberFamilies } from "./families.ts";

/** Options of `rememberMe` with the defaults filled in. Durations in milliseconds. */
export interface RememberContext {
  readonly cookie: ResolvedCookie;
  readonly families: RememberFamilies;
  readonly lifetime: number;
  readonly grace: number;
  readonly emit: RememberEventListener;
}
