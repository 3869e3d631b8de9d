import { Html, html } from "./html.ts";
import { pageScript } from "./page-script.ts";
import type { PageSource } from "./page-source.ts";
import { pageStyle } from "./page-style.ts";
import { contentSection } from "./sections/content-section.ts";
import { cookieSection } from "./sections/cookie-section.ts";
import { eventsSection } from "./sections/events-section.ts";
import { sizesSection } from "./sections/sizes-section.ts";
import { timeoutsSection } from "./sections/timeouts-section.ts";
import { verdictSection } from "./sections/verdict-section.ts";
import { wireSection } from "./sections/wire-section.ts";

/** The markup of the page. It loads nothing, and shows everything without its script too. */
export function renderPage(source: PageSource): string {
  const { inspection, revision, nonce } = source;
  const page = html`<!doctype html>
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
<body data-now="${inspection.now}" data-revision="${revision}">
<header>
  <h1>Session inspector</h1>
  <p>What this server knows about the session of this browser. Viewing this page changes nothing.</p>
</header>
<main>
<p id="changed" role="status" hidden>The session has changed since this page was loaded. <a href="">Reload</a></p>
${verdictSection(source)}
${cookieSection(source)}
${sizesSection(source)}
${timeoutsSection(source)}
${contentSection(source)}
${wireSection(source)}
${eventsSection(source)}
</main>
<footer>
  <p>This page contains no secret, no signature and no id that opens a session. Session data is visible here: don't share your screen.</p>
</footer>
<script nonce="${nonce}">${new Html(pageScript)}</script>
</body>
</html>
`;
  return page.text;
}
