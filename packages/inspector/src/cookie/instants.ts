import { type Html, html } from "../page/html.ts";

/** Milliseconds of each unit that a distance is told in, the largest first. */
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** `5 minutes`, by the largest unit that fits; the page's script counts the same way. */
export function durationOf(milliseconds: number): string {
  const distance = Math.abs(milliseconds);
  const [name, size] = UNITS.find(([, unit]) => distance >= unit) ?? UNITS[3];
  const count = Math.floor(distance / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** `in 5 minutes`, `5 minutes ago`. */
export function distanceOf(at: number, now: number): string {
  if (Math.abs(at - now) < 1000) return "now";
  return at > now ? `in ${durationOf(at - now)}` : `${durationOf(at - now)} ago`;
}

/** An instant, with its distance. A damaged record may hold anything in its place. */
export function instant(at: unknown, now: number): Html {
  if (!isInstant(at)) return html`<span class="bad">no instant: ${String(at)}</span>`;
  const iso = new Date(at).toISOString();
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return html`<time datetime="${iso}">${shown}</time> <span class="far" data-at="${at}">${distanceOf(at, now)}</span>`;
}

export function isInstant(at: unknown): at is number {
  return Number.isFinite(at) && Math.abs(Number(at)) <= 8.64e15;
}
