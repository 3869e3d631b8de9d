import type { LifetimeOptions } from "@coatcheck/core";
import { resolveLifetime } from "@coatcheck/core/toolkit";
import type { CookieInspection } from "../cookie/inspect-cookie.ts";
import { isInstant } from "../cookie/instants.ts";

/** An instant in the life of a session. */
export interface Milestone {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly note: string;
  readonly isNow?: boolean;
}

/** When a session began, and when it ends. */
export interface Timeline {
  /** The earliest first. */
  readonly milestones: readonly Milestone[];
  readonly idle: TimeoutLeft;
  readonly absolute: TimeoutLeft;
}

/** A timeout, and how much of it is left. Milliseconds. */
interface TimeoutLeft {
  readonly whole: number;
  readonly left: number;
}

/** `undefined` without a session, or if its dates are damaged. */
export function timelineOf(
  lifetime: LifetimeOptions | undefined,
  { now, loaded, content }: CookieInspection,
): Timeline | undefined {
  if (loaded === undefined) return undefined;
  const seconds = resolveLifetime(lifetime);
  const [idle, absolute] = [seconds.idle * 1000, seconds.absolute * 1000];
  const { createdAt, expiresAt, authenticatedAt } = loaded.session;
  const absoluteStart = authenticatedAt ?? createdAt;
  if (![createdAt, expiresAt, absoluteStart].every(isInstant)) return undefined;
  const absoluteEnd = absoluteStart + absolute;
  const endsAt = content?.extensionData?.endsAt;
  const extensionEnd = isInstant(endsAt) ? endsAt : undefined;
  const latestEnd = Math.min(absoluteEnd, extensionEnd ?? Infinity);
  const idleEnd = Math.min(expiresAt, latestEnd);
  const touchAt = expiresAt + Math.max(seconds.touchInterval * 1000, 1) - idle;
  // A use extends the session by a whole touch interval or not at all. Close to the latest end, none is left.
  const canExtend = touchAt + idle <= latestEnd && touchAt < idleEnd;

  const milestones: Milestone[] = [
    { name: "Created", at: createdAt, note: "The session began. A new id does not change this." },
    { name: "Now", at: now, note: "When this page was loaded.", isNow: true },
    { name: "Idle end", at: idleEnd, note: "The session ends here if it is not used again." },
    {
      name: "Absolute end",
      at: absoluteEnd,
      note: "The session ends here at the latest. Only a new login extends it.",
    },
  ];
  if (authenticatedAt !== undefined) {
    milestones.push({ name: "Authenticated", at: authenticatedAt, note: "The subject logged in." });
  }
  if (extensionEnd !== undefined) {
    milestones.push({
      name: "Extension end",
      at: extensionEnd,
      note: "An extension ends the session here at the latest.",
    });
  }
  if (canExtend) {
    milestones.push({
      name: "Next touch",
      at: touchAt,
      note: "From here on, a use extends the session. Earlier uses write nothing.",
    });
  }
  return {
    milestones: milestones.sort((a, b) => a.at - b.at),
    idle: { whole: idle, left: Math.max(0, idleEnd - now) },
    absolute: { whole: absolute, left: Math.max(0, latestEnd - now) },
  };
}
