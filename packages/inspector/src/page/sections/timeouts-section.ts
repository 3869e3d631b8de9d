import { formatDuration } from "../../cookie/instants.ts";
import { type Html, html } from "../html.ts";
import { instant } from "../instant.ts";
import type { PageSource } from "../page-source.ts";
import { type Milestone, type Timeline, timelineOf } from "../timeline.ts";
import { section } from "./section.ts";

/** When the session began, and when it ends. */
export function timeoutsSection({ inspection, options }: PageSource): Html {
  const timeline = timelineOf(options.lifetime, inspection);
  const missing = inspection.loaded ? "The stored session has no readable dates." : "There is no session.";
  return section("times", "Timeouts", timeline ? listOf(timeline, inspection.now) : html`<p>${missing}</p>`, true);
}

function listOf({ milestones, idle, absolute }: Timeline, now: number): Html {
  return html`<p class="note">In chronological order, not to scale.</p>
<ol class="timeline">${milestones.map((milestone) => itemOf(milestone, now))}</ol>
<div class="left">
${meterOf("idle", "Left without another use", idle)}
${meterOf("absolute", "Left however often it is used", absolute)}
</div>`;
}

function itemOf({ name, at, note, isNow = false }: Milestone, now: number): Html {
  const position = at < now ? "past" : "future";
  return html`<li class="${isNow ? "now" : position}"${isNow && html` aria-current="step"`}><strong>${name}</strong>
<span class="when">${instant(at, now)}</span>
<span class="note">${note}</span></li>`;
}

function meterOf(id: string, name: string, { whole, left }: Timeline["idle"]): Html {
  const text = `${left === 0 ? "nothing" : formatDuration(left)} of ${formatDuration(whole)}`;
  return html`<div class="size">
<label for="left-${id}">${name} <span>${text}</span></label>
<progress id="left-${id}" max="${whole}" value="${Math.min(left, whole)}">${text}</progress>
</div>`;
}
