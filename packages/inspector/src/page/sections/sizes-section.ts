import { MAX_COOKIE_BYTES, type SessionContent } from "@coatcheck/core/toolkit";
import type { ReceivedCookie } from "../../cookie/inspect-cookie.ts";
import { type Html, html } from "../html.ts";
import { jsonSize, largestKeys } from "../json-size.ts";
import type { PageSource } from "../page-source.ts";
import { section } from "./section.ts";

/** How many keys are listed. */
const LISTED_KEYS = 8;

/** How much space the session takes, and which keys take the most. */
export function sizesSection({ inspection, options }: PageSource): Html {
  const { receivedCookies, loaded, content } = inspection;
  const cookies =
    receivedCookies.length === 0
      ? html`<p>The browser sent no cookie of this name.</p>`
      : [receivedCookies.map(meterOf), receivedCookies.length > 1 && totalOf(receivedCookies)];
  const stored =
    loaded !== undefined &&
    options.mode.name === "server" &&
    html`<p>In the store it takes ${formatCount(jsonSize(loaded.content))} bytes of JSON.</p>`;
  return section("sizes", "Sizes", [cookies, stored, content && tableOf(content.data)]);
}

/** A header's value is a byte string: each character is one byte. */
function meterOf({ name, value }: ReceivedCookie, index: number): Html {
  const bytes = name.length + value.length;
  const text = `${formatCount(bytes)} of ${formatCount(MAX_COOKIE_BYTES)} bytes`;
  const id = `size-${index}`;
  return html`<div class="size">
<label for="${id}"><code>${name}</code> <span>${text}</span></label>
<meter id="${id}" min="0" max="${MAX_COOKIE_BYTES}" low="2048" high="3500" optimum="0" value="${bytes}">${text}</meter>
</div>`;
}

/** `false` for duplicates, which are not parts of one value. */
function totalOf(cookies: readonly ReceivedCookie[]): Html | false {
  if (new Set(cookies.map(({ name }) => name)).size < cookies.length) return false;
  const bytes = cookies.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return html`<p class="note">Each cookie is filled before the next one is used. Together ${formatCount(bytes)} bytes, with every request.</p>`;
}

function tableOf(data: SessionContent["data"]): Html | false {
  const keys = largestKeys(data, LISTED_KEYS);
  if (keys.length === 0) return false;
  const largest = Math.max(...keys.map(([, bytes]) => bytes), 1);
  const others = Object.keys(data).length - keys.length;
  return html`<h3>Largest keys</h3>
<table>
<thead><tr><th scope="col">Key</th><th scope="col">Bytes of JSON</th></tr></thead>
<tbody>${keys.map(
    ([key, bytes]) => html`<tr><th scope="row"><code>${key}</code></th><td>${formatCount(bytes)}
<svg class="bar" aria-hidden="true" focusable="false"><rect width="${(100 * bytes) / largest}%" height="100%"/></svg></td></tr>`,
  )}</tbody>
</table>
${others > 0 && html`<p>And ${others} more.</p>`}`;
}

function formatCount(count: number): string {
  return count.toLocaleString("en");
}
