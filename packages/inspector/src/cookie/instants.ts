/** Milliseconds per unit of time, the largest unit first. */
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** Epoch milliseconds that `Date` can represent. A damaged record may hold anything in their place. */
export function isInstant(at: unknown): at is number {
  return Number.isFinite(at) && Math.abs(Number(at)) <= 8.64e15;
}

/** ISO 8601: `2026-10-01T12:00:00.000Z`. `undefined` for anything that is not an instant. */
export function toIso(at: unknown): string | undefined {
  return isInstant(at) ? new Date(at).toISOString() : undefined;
}

/** `5 minutes`: the largest unit that fits, rounded down. The script of the inspector's page does the same. */
export function formatDuration(milliseconds: number): string {
  const duration = Math.abs(milliseconds);
  const [unit, size] = UNITS.find(([, length]) => duration >= length) ?? (["second", 1000] as const);
  const count = Math.floor(duration / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** `in 5 minutes`, `5 minutes ago`, or `now`. */
export function formatDistance(at: number, now: number): string {
  if (Math.abs(at - now) < 1000) return "now";
  return at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(at - now)} ago`;
}

/** `2026-10-01T12:00:00Z (in 23 hours)`. */
export function formatInstant(at: unknown, now: number): string {
  const iso = toIso(at);
  if (iso === undefined || !isInstant(at)) return "not a date";
  return `${iso.replace(/\.\d+Z$/, "Z")} (${formatDistance(at, now)})`;
}
