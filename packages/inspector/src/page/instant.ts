import { formatDistance, isInstant, toIso } from "../cookie/instants.ts";
import { type Html, html } from "./html.ts";

/** An instant with its distance from now. The page's script creates the same markup for new events. */
export function instant(at: unknown, now: number): Html {
  const iso = toIso(at);
  if (iso === undefined || !isInstant(at)) return html`<span class="bad">not a date: ${String(at)}</span>`;
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return html`<time datetime="${iso}">${shown}</time> <span class="far" data-at="${at}">${formatDistance(at, now)}</span>`;
}
