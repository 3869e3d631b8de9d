import { instant } from "../../cookie/instants.ts";
import { contentView, shownContent } from "../content-view.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page.ts";
import { prettyJson } from "../pretty-json.ts";
import { block, facts, section } from "./section.ts";

/** The session as it is kept. */
export function contentSection({ inspection, options }: PageSource): Html {
  const { kept, now, id } = inspection;
  const isStored = options.mode.name === "server";
  const title = isStored ? "What the store holds" : "What the cookie says";
  if (!kept) return section("content", title, emptyWords(id, isStored), true);
  const { version, createdAt, expiresAt, subject, authenticatedAt } = kept.session;
  const rows = facts([
    [isStored ? "Store key" : "Session id", html`<code>${kept.id}</code>${NOTES[isStored ? "key" : "id"]}`],
    ["Version", String(version)],
    ["Subject", subject === undefined ? "nobody: not logged in" : html`<code>${String(subject)}</code>`],
    ["Created", instant(createdAt, now)],
    ["Authenticated", authenticatedAt === undefined ? "never" : instant(authenticatedAt, now)],
    ["Expires", instant(expiresAt, now)],
  ]);
  const view = contentView(kept.content);
  if (!view) {
    const words = "Its content cannot be read: this is not what coatcheck writes.";
    return section(
      "content",
      title,
      [rows, html`<p class="bad">${words}</p>`, block("Content", prettyJson(shownContent(kept.content)))],
      true,
    );
  }
  const { data, flash, notes } = view;
  return section(
    "content",
    title,
    html`<div class="columns"><div>${rows}</div><div>
<h3>Data</h3>
${block("Data", prettyJson(data))}
<h3>Flash messages waiting</h3>
${flash.length === 0 ? html`<p>None.</p>` : block("Flash messages", prettyJson(Object.fromEntries(flash)))}
<h3>Notes of extensions</h3>
${notes === undefined ? html`<p>None.</p>` : block("Notes", prettyJson(notes))}
</div></div>`,
    true,
  );
}

const NOTES = {
  key: html` <span class="note"><code>session.id</code>, the SHA-256 of what the cookie holds: safe to show and to log.</span>`,
  id: html` <span class="note"><code>session.id</code>, a random name: safe to show and to log.</span>`,
};

function emptyWords(id: string | undefined, isStored: boolean): Part {
  if (id === undefined) return html`<p>Nothing that belongs to this browser.</p>`;
  return html`<p>${isStored ? "Nothing under the key of this cookie:" : "The session of this cookie has ended:"} <code>${id}</code></p>`;
}
