import { type Html, html, type Part } from "../html.ts";

/** Names and values, as a definition list shows them. */
export type Facts = readonly (readonly [name: string, fact: Part])[];

/** A part of the page under a heading. */
export function section(id: string, title: string, content: Part, isWide = false): Html {
  return html`<section${isWide && html` class="wide"`} aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${content}
</section>`;
}

export function facts(rows: Facts): Html {
  return html`<dl>${rows.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>`;
}

/** Preformatted text that can be scrolled, also with the keyboard. */
export function block(label: string, text: string): Html {
  return html`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`;
}
