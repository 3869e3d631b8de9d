import { instant } from "../../cookie/instants.ts";
import { type EventWords, wordsOf } from "../../events/describe-event.ts";
import { type Html, html } from "../html.ts";
import type { PageSource } from "../page.ts";
import { section } from "./section.ts";

/** The last events of this browser's session; the script adds those to come. */
export function eventsSection({ trail, inspection }: PageSource): Html {
  const events = trail.take().map(wordsOf).toReversed();
  return section(
    "events",
    "Events",
    html`<p class="note">Of this session, the latest first, since the server started. Other people's are not shown; of cookies that were
rejected only the reason is. <span id="live">Load the page again for newer ones.</span></p>
<ol id="list" class="events" aria-labelledby="events">${events.map((event) => itemOf(event, inspection.now))}</ol>
<p id="none"${events.length > 0 && html` hidden`}>None yet. They come from <code>onEvent: inspector.onEvent</code> of the manager.</p>`,
    true,
  );
}

/** As the script makes it of a message of the stream. */
function itemOf({ at, type, text }: EventWords, now: number): Html {
  return html`<li><code>${type}</code> <span class="text">${text}</span> <span class="when">${instant(at, now)}</span></li>`;
}
