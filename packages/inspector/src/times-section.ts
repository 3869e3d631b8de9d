import { type Html, html } from "./html.ts";
import { durationOf, instant } from "./instants.ts";
import type { PageSource } from "./page.ts";
import { section } from "./section.ts";
import { type Milestone, timelineOf } from "./timeline.ts";

/** When the session began, and when it ends. */
export function timesSection({ inspection, options }: PageSource): Html {
  const { kept, now } = inspection;
  if (!kept) return section("times", "Timeouts", html`<p>There is no session whose time could run out.</p>`);
  const timeline = timelineOf(options.lifetime, inspection, kept);
  if (!timeline) return section("times", "Timeouts", html`<p class="bad">The record has no instants to tell.</p>`);
  const { idle, absolute, milestones } = timeline;
  return section(
    "times",
    "Timeouts",
    [
      html`<p class="note">In their order; the distances are not to scale.</p>
<ol class="timeline">${milestones.map((milestone) => stepOf(milestone, now))}</ol>`,
      html`<div class="left">${[leftOf("idle", "Left if nobody uses it", idle), leftOf("absolute", "Left however often it is used", absolute)]}</div>`,
    ],
    true,
  );
}

function stepOf({ name, at, note, isNow = false }: Milestone, now: number): Html {
  const when = at < now ? "past" : "future";
  return html`<li class="${isNow ? "now" : when}"${isNow && html` aria-current="step"`}><strong>${name}</strong>
<span class="when">${instant(at, now)}</span>
<span class="note">${note}</span></li>`;
}

function leftOf(id: string, name: string, { whole, left }: { readonly whole: number; readonly left: number }): Html {
  const words = `${left === 0 ? "nothing" : durationOf(left)} of ${durationOf(whole)}`;
  return html`<div class="size">
<label for="left-${id}">${name} <span>${words}</span></label>
<progress id="left-${id}" max="${whole}" value="${Math.min(left, whole)}">${words}</progress>
</div>`;
}
