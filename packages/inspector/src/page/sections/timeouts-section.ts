import { durationOf, instant } from "../../cookie/instants.ts";
import { type Html, html } from "../html.ts";
import type { PageSource } from "../page.ts";
import { type Milestone, type Timeline, timelineOf } from "../timeline.ts";
import { section } from "./section.ts";

/** When the session began, and when it ends. */
export function timesSection({ inspection, options }: PageSource): Html {
  const { kept } = inspection;
  const timeline = kept && timelineOf(options.lifetime, inspection, kept);
  const nothing = kept ? "The record does not tell its instants." : "There is no session whose time could run out.";
  const content = timeline ? linesOf(timeline, inspection.now) : html`<p>${nothing}</p>`;
  return section("times", "Timeouts", content, true);
}

function linesOf({ milestones, idle, absolute }: Timeline, now: number): Html {
  return html`<p class="note">In their order; the distances are not to scale.</p>
<ol class="timeline">${milestones.map((milestone) => stepOf(milestone, now))}</ol>
<div class="left">
${leftOf("idle", "Left if nobody uses it", idle)}
${leftOf("absolute", "Left however often it is used", absolute)}
</div>`;
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
