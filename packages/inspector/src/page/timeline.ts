import type { LifetimeOptions } from "@coatcheck/core";
import type { Inspection, LoadedSession } from "../cookie/inspect-cookie.ts";
import { isInstant } from "../cookie/instants.ts";

/** An instant in the life of a session. */
export interface Milestone {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly note: string;
  readonly isNow?: boolean;
}

/** What the timeouts make of a session. */
export interface Timeline {
  /** The earliest first. */
  readonly milestones: readonly Milestone[];
  /** The timeouts in milliseconds, and how much is left of each. */
  readonly idle: { readonly whole: number; readonly left: number };
  readonly absolute: { readonly whole: number; readonly left: number };
}

/** `undefined` where a damaged record has no instants to tell. */
export function timelineOf(
  lifetime: LifetimeOptions | undefined,
  { now }: Inspection,
  kept: LoadedSession,
): Timeline | undefined {
  const { idle = 24 * 3600, absolute = 30 * 24 * 3600, touchInterval = idle / 10 } = lifetime ?? {};
  const { createdAt, expiresAt, authenticatedAt } = kept.session;
  const begin = authenticatedAt ?? createdAt;
  if (![createdAt, expiresAt, begin].every(isInstant)) return undefined;
  const endsAt = endsAtOf(kept.content);
  const latest = Math.min(begin + absolute * 1000, endsAt ?? Infinity);
  const end = Math.min(expiresAt, latest);
  const touchAt = expiresAt + Math.max(touchInterval * 1000, 1) - idle * 1000;
  // A use extends the session only by a whole interval; near its latest end there is none left.
  const canExtend = touchAt + idle * 1000 <= latest && touchAt < end;

  const milestones: Milestone[] = [
    { name: "Created", at: createdAt, note: "The session began. Kept when it gets a new id." },
    { name: "Now", at: now, note: "When this page was made.", isNow: true },
    { name: "Idle end", at: end, note: "It ends here if nobody uses it any more." },
    { name: "Absolute end", at: begin + absolute * 1000, note: "It ends here whatever happens, until the next login." },
  ];
  if (authenticatedAt !== undefined) {
    milestones.push({ name: "Authenticated", at: authenticatedAt, note: "The subject proved who they are." });
  }
  if (endsAt !== undefined) {
    milestones.push({ name: "Agreed end", at: endsAt, note: "An extension noted that it ends here at the latest." });
  }
  if (canExtend) {
    milestones.push({
      name: "Next touch",
      at: touchAt,
      note: "From here on a use extends it; before, it writes nothing.",
    });
  }
  return {
    milestones: milestones.sort((a, b) => a.at - b.at),
    idle: { whole: idle * 1000, left: Math.max(0, end - now) },
    absolute: { whole: absolute * 1000, left: Math.max(0, latest - now) },
  };
}

/** What the core keeps as the note `endsAt`. */
function endsAtOf(content: unknown): number | undefined {
  const notes = Object(Object(content)["n"]);
  return isInstant(notes["endsAt"]) ? notes["endsAt"] : undefined;
}
