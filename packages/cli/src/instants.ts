const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** An instant as everybody reads it: `2026-10-01T12:00:00.000Z`; `undefined` for what no calendar has. */
export function toIso(at: number | undefined): string | undefined {
  const date = new Date(at ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** The instant, and how far it is from now: `2026-10-01T12:00:00Z (in 23 hours)`. */
export function describeInstant(at: number, now: number): string {
  const iso = toIso(at);
  if (iso === undefined) return "no instant of any calendar";
  return `${iso.replace(/\.\d+Z$/, "Z")} (${toRelative(at - now)})`;
}

/** A distance in its largest unit that fits, rounded down: `in 23 hours`, `3 days ago`. */
function toRelative(distance: number): string {
  if (Math.abs(distance) < 1000) return "now";
  const [unit, size] = UNITS.find(([, length]) => Math.abs(distance) >= length) ?? ["second", 1000];
  return new Intl.RelativeTimeFormat("en").format(Math.trunc(distance / size), unit);
}
