import type { SessionManagerOptions } from "@coatcheck/core";
import type { CookieInspection } from "../cookie/inspect-cookie.ts";
import type { SessionEvents } from "../events/session-events.ts";

/** What the page shows. */
export interface PageSource {
  readonly options: Pick<SessionManagerOptions<object>, "mode" | "cookie" | "lifetime" | "persistent">;
  readonly inspection: CookieInspection;
  readonly events: SessionEvents;
  /** See `EventStreamSource.revision`. */
  readonly revision: string;
  /** The Content Security Policy only allows the style and the script with this nonce. */
  readonly nonce: string;
}
