import type { ResolvedCookie } from "@coatcheck/core/toolkit";
import type { RememberEventListener } from "./events.ts";
import type { RememberFamilies } from "./families.ts";

/** The options of `rememberMe` with their defaults. Durations in milliseconds. */
export interface RememberSettings {
  readonly cookie: ResolvedCookie;
  readonly families: RememberFamilies;
  readonly lifetime: number;
  readonly grace: number;
  readonly emit: RememberEventListener;
}
