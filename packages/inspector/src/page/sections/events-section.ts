import { describeEvent, type EventDescription } from "../../events/describe-event.ts";
import { type Html, html } from "../html.ts";
import { instant } from "../instant.ts";
import type { PageSource } from "../page-source.ts";
import { section } from "./section.ts";

/** The latest events of this browser's session. The page's script adds new ones. */
export function eventsSection({ events, inspection }: PageSource): Html {
  const newestFirst = events.take().map(describeEvent).toReversed();
  return section(
    "events",
    "Events",
    html`<p class="note">The events of this session since the server started, newest first. Those of other sessions are not shown. Of rejected
cookies, only the reason is shown. <span id="live">Reload the page for newer events.</span></p>
<ol id="list" class="events" aria-labelledby="events">${newestFirst.map((event) => itemOf(event, inspection.now))}</ol>
<p id="none"${newestFirst.length > 0 && html` hidden`}>None yet. Events are recorded by <code>onEvent: inspector.onEvent</code> of the manager.</p>`,
    true,
  );
}

/** The page's script creates the same markup from a message of the stream. */
function itemOf({ at, type, text }: EventDescription, now: number): Html {
  return html`<li><code>${type}</code> <span class="text">${text}</span> <span class="when">${instant(at, now)}</span></li>`;
}
