import type { CookieAnatomy } from "../../cookie/decoded-cookie.ts";
import { readPart } from "../../cookie/decoded-cookie.ts";
import type { BroughtCookie } from "../../cookie/inspect-cookie.ts";
import { shownContent } from "../content-view.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page.ts";
import { prettyJson } from "../pretty-json.ts";
import { block, section } from "./section.ts";

/** What the browser sends, part by part, with enough left out that nobody could send it as well. */
export function wireSection({ inspection }: PageSource): Html {
  const { anatomy, value, brought } = inspection;
  const content =
    anatomy === undefined
      ? html`<p>The browser sent no cookie of this name.</p>`
      : [brought.length > 1 && html`<p>${countOf(brought)}</p>`, READERS[anatomy.form](value.split("."), anatomy)];
  return section("wire", "On the wire", content, true);
}

function countOf(brought: readonly BroughtCookie[]): string {
  const names = new Set(brought.map(({ name }) => name));
  return names.size < brought.length
    ? `It came ${brought.length} times. This is the first one.`
    : `Put together from ${names.size} cookies: ${[...names].join(", ")}.`;
}

const READERS: Readonly<Record<CookieAnatomy["form"], (parts: readonly string[], anatomy: CookieAnatomy) => Part>> = {
  signed: ([header = "", payload = "", signature = ""]) => [
    html`<p><strong>Anybody who holds this cookie can read what is in it</strong>: base64url is a spelling, no lock. The signature
only keeps it from being changed. Put nothing into it that its owner must not see.</p>`,
    row("Header", header, readPart(header), 200),
    row("Payload", payload, shownPayload(payload), 60),
    row("Signature", signature, "HMAC-SHA-256 of the two parts before. Not shown: with it, this would be the cookie."),
  ],
  encrypted: ([header = "", , nonce = "", ciphertext = "", tag = ""]) => [
    html`<p>Only the header can be read. What is in the cookie, the server alone can tell; its length tells roughly how much it is.</p>`,
    row("Header", header, readPart(header), 200),
    row("Nonce", nonce, "96 random bits, other ones each time."),
    row("Ciphertext", ciphertext, "The session, by AES-256-GCM."),
    row("Tag", tag, "Shows that not a bit was changed."),
  ],
  id: ([id = "", kid, signature], anatomy) => [
    html`<p>The cookie says nothing about the session: it is a random number, and whoever has it is let in. The store never sees it,
only its SHA-256.</p>`,
    row("Id", id, "256 random bits. Not shown: with them, this would be the cookie."),
    anatomy.form === "id" &&
      html`<div class="part"><h3>SHA-256</h3><p class="value"><code>${anatomy.storeKey}</code></p>
<p class="note">The key in the store. It cannot be turned back into the id.</p></div>`,
    kid !== undefined && row("Key id", kid, "Names the secret that signed the id."),
    signature !== undefined &&
      row("Signature", signature, "HMAC-SHA-256 of the id, so that a forged one is refused before the store is asked."),
  ],
  unknown: ([...parts]) =>
    html`<p>This is not of a form that coatcheck issues: ${parts.join(".").length.toLocaleString("en")} characters in ${parts.length} part${parts.length > 1 && "s"}. They are not shown, for
they may be good somewhere else.</p>`,
};

/**
 * A part of the cookie and what it means.
 *
 * @param meaning - words, or what is to be shown as JSON
 * @param limit - characters that may be shown. By default so few that guessing the others stays as hopeless as it was
 */
function row(name: string, part: string, meaning: unknown, limit: number = Math.min(4, part.length / 5)): Html {
  const shown = part.slice(0, limit);
  return html`<div class="part"><h3>${name}</h3>
<p class="value"><code>${shown}</code>${shown !== part && html`<span class="masked" aria-hidden="true">${"•".repeat(6)}</span>`}
<span class="note">${part.length.toLocaleString("en")} characters</span></p>
${typeof meaning === "string" ? html`<p class="note">${meaning}</p>` : block(name, prettyJson(meaning))}</div>`;
}

function shownPayload(payload: string): unknown {
  const { c: content, ...claims } = readPart(payload);
  return { ...claims, c: shownContent(content) };
}
