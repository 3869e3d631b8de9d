import type { LoadedSession } from "@coatcheck/core";
import type { SessionContent } from "@coatcheck/core/toolkit";
import { type Html, html, type Part } from "../html.ts";
import { instant } from "../instant.ts";
import type { PageSource } from "../page-source.ts";
import { prettyJson } from "../pretty-json.ts";
import { redactContent, redactStored } from "../redact-content.ts";
import { block, type Facts, facts, section } from "./section.ts";

/** The session as it is stored. */
export function contentSection({ inspection, options }: PageSource): Html {
  const { loaded, content, now, id } = inspection;
  const isInStore = options.mode.name === "server";
  const title = isInStore ? "Session in the store" : "Session in the cookie";
  if (loaded === undefined) return section("content", title, endedText(id, isInStore), true);
  const rows = facts(factsOf(loaded, isInStore, now));
  return section("content", title, content ? columns(rows, content) : unreadable(rows, loaded), true);
}

function factsOf({ id, session }: LoadedSession, isInStore: boolean, now: number): Facts {
  const { version, createdAt, expiresAt, subject, authenticatedAt } = session;
  return [
    [isInStore ? "Store key" : "Session id", html`<code>${id}</code>${NOTES[isInStore ? "key" : "id"]}`],
    ["Version", String(version)],
    ["Subject", subject === undefined ? "none: not logged in" : html`<code>${String(subject)}</code>`],
    ["Created", instant(createdAt, now)],
    ["Authenticated", authenticatedAt === undefined ? "never" : instant(authenticatedAt, now)],
    ["Expires", instant(expiresAt, now)],
  ];
}

const NOTES = {
  key: html` <span class="note"><code>session.id</code>, the SHA-256 of the id in the cookie: safe to show and to log.</span>`,
  id: html` <span class="note"><code>session.id</code>, a random name: safe to show and to log.</span>`,
};

function columns(rows: Html, content: SessionContent): Html {
  const { data, flash, extensionData } = redactContent(content);
  const messages = Object.fromEntries(flash.map(([key, message]) => [String(key), message]));
  return html`<div class="columns"><div>${rows}</div><div>
<h3>Data</h3>
${block("Data", prettyJson(data))}
<h3>Unread flash messages</h3>
${flash.length === 0 ? html`<p>None.</p>` : block("Flash messages", prettyJson(messages))}
<h3>Data of extensions</h3>
${extensionData === undefined ? html`<p>None.</p>` : block("Data of extensions", prettyJson(extensionData))}
</div></div>`;
}

function unreadable(rows: Html, loaded: LoadedSession): Part {
  return [
    rows,
    html`<p class="bad">The content cannot be read: coatcheck did not write it.</p>`,
    block("Content", prettyJson(redactStored(loaded.content))),
  ];
}

function endedText(id: string | undefined, isInStore: boolean): Part {
  if (id === undefined) return html`<p>There is no session of this browser.</p>`;
  return isInStore
    ? html`<p>The store has no session under the key of this cookie: <code>${id}</code></p>`
    : html`<p>The session of this cookie has ended: <code>${id}</code></p>`;
}
