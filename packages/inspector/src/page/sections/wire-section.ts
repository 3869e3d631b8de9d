import { type DecodedCookie, decodePart } from "../../cookie/decoded-cookie.ts";
import type { ReceivedCookie } from "../../cookie/inspect-cookie.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page-source.ts";
import { prettyJson } from "../pretty-json.ts";
import { redactStored } from "../redact-content.ts";
import { block, section } from "./section.ts";

/** What the browser sends, part by part. Enough is left out that the page cannot be used to send it. */
export function wireSection({ inspection }: PageSource): Html {
  const { decoded, value, receivedCookies } = inspection;
  const content =
    decoded === undefined
      ? html`<p>The browser sent no cookie of this name.</p>`
      : [receivedCookies.length > 1 && html`<p>${countOf(receivedCookies)}</p>`, partsOf(decoded, value)];
  return section("wire", "On the wire", content, true);
}

function countOf(cookies: readonly ReceivedCookie[]): string {
  const names = new Set(cookies.map(({ name }) => name));
  return names.size < cookies.length
    ? `The request carries it ${cookies.length} times. This is the first one.`
    : `Joined from ${names.size} cookies: ${[...names].join(", ")}.`;
}

function partsOf(decoded: DecodedCookie, value: string): Part {
  const parts = value.split(".");
  switch (decoded.form) {
    case "signed":
      return signedParts(parts);
    case "encrypted":
      return encryptedParts(parts);
    case "id":
      return idParts(parts, decoded.storeKey);
    case "unknown":
      return html`<p>The value does not have a form that coatcheck issues: ${countText(value.length, "character")} in ${countText(parts.length, "part")}.
It is not shown, because it may be valid elsewhere.</p>`;
  }
}

function signedParts([header = "", payload = "", signature = ""]: readonly string[]): Part {
  return [
    html`<p><strong>Anyone who has this cookie can read its content</strong>: base64url is an encoding, not encryption. The signature only
prevents changes. Do not put anything into the session that its user must not see.</p>`,
    row("Header", header, decodePart(header), 200),
    row("Payload", payload, redactPayload(payload), 60),
    row("Signature", signature, "HMAC-SHA-256 of the two parts above. Not shown, because it completes the cookie."),
  ];
}

function encryptedParts([header = "", , nonce = "", ciphertext = "", tag = ""]: readonly string[]): Part {
  return [
    html`<p>Without the secret, only the header can be read. The length of the ciphertext reveals roughly how large the session is.</p>`,
    row("Header", header, decodePart(header), 200),
    row("Nonce", nonce, "96 random bits, different in every cookie."),
    row("Ciphertext", ciphertext, "The session, encrypted with AES-256-GCM."),
    row("Tag", tag, "Proves that nothing was changed."),
  ];
}

function idParts([id = "", kid, signature]: readonly string[], storeKey: string): Part {
  return [
    html`<p>The cookie says nothing about the session: it is a random number, and it opens the session. The store contains only its
SHA-256.</p>`,
    row("Id", id, "256 random bits. Not shown, because they are the cookie."),
    html`<div class="part"><h3>SHA-256</h3><p class="value"><code>${storeKey}</code></p>
<p class="note">The key in the store. The id cannot be computed from it.</p></div>`,
    kid !== undefined && row("Key id", kid, "Identifies the secret that signed the id."),
    signature !== undefined &&
      row("Signature", signature, "HMAC-SHA-256 of the id. A forged id is rejected before the store is read."),
  ];
}

/** By default, so few characters of a part are shown that guessing the rest is no easier. */
const DEFAULT_SHOWN = 4;

/**
 * A part of the cookie and its meaning.
 *
 * @param meaning - text, or a value that is shown as JSON
 * @param maxShown - how many characters of the part may be shown
 */
function row(
  name: string,
  part: string,
  meaning: unknown,
  maxShown: number = Math.min(DEFAULT_SHOWN, part.length / 5),
): Html {
  const shown = part.slice(0, maxShown);
  return html`<div class="part"><h3>${name}</h3>
<p class="value"><code>${shown}</code>${shown !== part && html`<span class="masked" aria-hidden="true">${"•".repeat(6)}</span>`}
<span class="note">${countText(part.length, "character")}</span></p>
${typeof meaning === "string" ? html`<p class="note">${meaning}</p>` : block(name, prettyJson(meaning))}</div>`;
}

function redactPayload(payload: string): unknown {
  const { c: content, ...claims } = decodePart(payload);
  return { ...claims, c: redactStored(content) };
}

function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
