import type { BroughtCookie } from "../../cookie/inspect-cookie.ts";
import { bytesOf, contentView, largestKeys } from "../content-view.ts";
import { type Html, html } from "../html.ts";
import type { PageSource } from "../page.ts";
import { section } from "./section.ts";

/** Bytes of name and value that a browser keeps of one cookie (RFC 6265bis §5.6). */
const MAX_COOKIE_BYTES = 4096;

/** Keys that are listed. */
const LARGEST = 8;

/** How much the session takes, and what of it takes most. */
export function sizesSection({ inspection, options }: PageSource): Html {
  const { brought, kept } = inspection;
  const view = contentView(kept?.content);
  const cookies =
    brought.length === 0
      ? html`<p>No cookie came, so there is nothing to weigh.</p>`
      : [brought.map(meterOf), brought.length > 1 && togetherOf(brought)];
  const stored =
    kept &&
    options.mode.name === "server" &&
    html`<p>The store holds ${bytesOf(kept.content).toLocaleString("en")} bytes of JSON for it.</p>`;
  return section("sizes", "Sizes", [cookies, stored, view && keysOf(view.data)]);
}

/** Header values are byte strings: a character is a byte. */
function meterOf({ name, value }: BroughtCookie, index: number): Html {
  const bytes = name.length + value.length;
  const words = `${bytes.toLocaleString("en")} of ${MAX_COOKIE_BYTES.toLocaleString("en")} bytes`;
  const id = `size-${index}`;
  return html`<div class="size">
<label for="${id}"><code>${name}</code> <span>${words}</span></label>
<meter id="${id}" min="0" max="${MAX_COOKIE_BYTES}" low="2048" high="3500" optimum="0" value="${bytes}">${words}</meter>
</div>`;
}

/** `false` for one that came twice, which is no part of another. */
function togetherOf(brought: readonly BroughtCookie[]): Html | false {
  if (new Set(brought.map(({ name }) => name)).size < brought.length) return false;
  const bytes = brought.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return html`<p class="note">One is filled before the next is begun. Together ${bytes.toLocaleString("en")} bytes, with every request.</p>`;
}

function keysOf(data: unknown): Html | false {
  const keys = largestKeys(data, LARGEST);
  if (keys.length === 0) return false;
  const most = Math.max(...keys.map(([, bytes]) => bytes), 1);
  const rest = Object.keys(Object(data)).length - keys.length;
  return html`<h3>Largest keys</h3>
<table>
<thead><tr><th scope="col">Key</th><th scope="col">Bytes of JSON</th></tr></thead>
<tbody>${keys.map(
    ([key, bytes]) => html`<tr><th scope="row"><code>${key}</code></th><td>${bytes.toLocaleString("en")}
<svg class="bar" aria-hidden="true" focusable="false"><rect width="${(100 * bytes) / most}%" height="100%"/></svg></td></tr>`,
  )}</tbody>
</table>
${rest > 0 && html`<p>And ${rest} more.</p>`}`;
}
