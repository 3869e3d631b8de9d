import type { SessionMode } from "@coatcheck/core";
import { resolveCookie } from "@coatcheck/core/toolkit";
import type { Inspection } from "../../cookie/inspect-cookie.ts";
import { contentView } from "../content-view.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page.ts";
import { type Facts, facts, section } from "./section.ts";

const MODES: Readonly<Record<SessionMode["name"], string>> = {
  server: "Server-side: the cookie is a random id, and the session is in the store.",
  signed: "Signed cookie: the session is in the cookie. Everybody can read it, nobody can change it.",
  encrypted: "Encrypted cookie: the session is in the cookie. Nobody can read or change it.",
};

/** How sessions are kept here, and by which cookie. */
export function cookieSection({ options, inspection }: PageSource): Html {
  const { mode, persistent = false } = options;
  const isPersistent = contentView(inspection.kept?.content)?.persistent ?? persistent;
  const { name, serialize } = resolveCookie(options.cookie);
  const attributes = serialize("", "", undefined).slice("=; ".length).split("; ");
  const rows: Facts = [
    ["Mode", MODES[mode.name]],
    ["Cookie", html`<code>${name}</code>`],
    ["Attributes", html`<ul class="tags">${attributes.map((each) => html`<li><code>${each}</code></li>`)}</ul>`],
    ["Lasts", isPersistent ? "as long as the session (Max-Age)" : "until the browser is closed"],
    ["Key id", keyOf(inspection)],
    ["Revocations", revocationsOf(mode.name, inspection)],
  ];
  return section("cookie", "Mode and cookie", facts(rows));
}

function keyOf({ anatomy, kept, verdict }: Inspection): Part {
  if (anatomy === undefined) return "no cookie, no key";
  if (anatomy.form === "unknown") return "none that can be read";
  if (anatomy.kid === undefined) return "none: ids are not signed";
  const kid = html`<code>${anatomy.kid}</code>`;
  if (verdict.type === "rejected" && verdict.reason === "unknown-key") return [kid, ", of no secret in the list"];
  if (kept === undefined) return kid;
  return [kid, kept.isStale ? ", of an older secret: the cookie will be made anew" : ", of the first secret"];
}

function revocationsOf(mode: SessionMode["name"], { canRevoke }: Inspection): string {
  if (mode === "server") return "not needed: what ended is not in the store any more";
  return canRevoke
    ? "asked each time a session is read, so a copy of the cookie ends with it"
    : "none: a copy of the cookie is good until it expires, whatever a logout does";
}
