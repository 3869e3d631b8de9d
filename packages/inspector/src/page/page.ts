import type { SessionManagerOptions } from "@coatcheck/core";
import type { Inspection } from "../cookie/inspect-cookie.ts";
import type { EventTrail } from "../events/session-events.ts";
import { Html, html } from "./html.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { contentSection } from "./sections/content-section.ts";
import { cookieSection } from "./sections/cookie-section.ts";
import { eventsSection } from "./sections/events-section.ts";
import { sizesSection } from "./sections/sizes-section.ts";
import { timesSection } from "./sections/timeouts-section.ts";
import { verdictSection } from "./sections/verdict-section.ts";
import { wireSection } from "./sections/wire-section.ts";

/** What the page is made from. */
export interface PageSource {
  readonly options: Pick<SessionManagerOptions<object>, "mode" | "cookie" | "lifetime" | "persistent">;
  readonly inspection: Inspection;
  readonly trail: EventTrail;
  /** See `StreamSubject.standing`. */
  readonly standing: string;
  /** What marks the page's own style and script as such. */
  readonly nonce: string;
}

/** The whole page. It loads nothing, and says all it has to say without its script. */
export function pageOf(source: PageSource): string {
  const { inspection, standing, nonce } = source;
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Session inspector</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${new Html(pageStyle)}</style>
</head>
<body data-now="${inspection.now}" data-standing="${standing}">
<header>
  <h1>Session inspector</h1>
  <p>What this server knows of the session of this browser. Looking at it changes nothing.</p>
</header>
<main>
<p id="changed" role="status" hidden>The session has changed since this page was made. <a href="">Load it again</a></p>
${verdictSection(source)}
${cookieSection(source)}
${sizesSection(source)}
${timesSection(source)}
${contentSection(source)}
${wireSection(source)}
${eventsSection(source)}
</main>
<footer>
  <p>No secret, no id that opens a session and no signature is on this page. The data of the session is: mind who looks on.</p>
</footer>
<script nonce="${nonce}">${new Html(pageScript)}</script>
</body>
</html>
`;
  return body.text;
}
