import type { SessionMode } from "@coatcheck/core";
import { resolveCookie } from "@coatcheck/core/toolkit";
import type { CookieInspection } from "../../cookie/inspect-cookie.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page-source.ts";
import { type Facts, facts, section } from "./section.ts";

/** The manager's mode, and the attributes and the key of its cookie. */
export function cookieSection({ options, inspection }: PageSource): Html {
  const { mode, persistent = false } = options;
  const isPersistent = inspection.content?.persistent ?? persistent;
  const { name, serialize } = resolveCookie(options.cookie);
  const [, ...attributes] = serialize(name, "", undefined).split("; ");
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

const MODES: Readonly<Record<SessionMode["name"], string>> = {
  server: "Server-side: the cookie contains a random id, and the store contains the session.",
  signed: "Signed cookie: the cookie contains the session. Anyone can read it, no one can change it.",
  encrypted: "Encrypted cookie: the cookie contains the session. No one can read or change it.",
};

function keyOf({ decoded, loaded, verdict }: CookieInspection): Part {
  if (decoded === undefined) return "none: there is no cookie";
  if (decoded.form === "unknown") return "none that can be read";
  if (decoded.kid === undefined) return "none: ids are not signed";
  const kid = html`<code>${decoded.kid}</code>`;
  if (verdict.type === "rejected" && verdict.reason === "unknown-key") return [kid, ", from no secret in the list"];
  if (loaded === undefined) return kid;
  return [
    kid,
    loaded.needsReissue ? ", from an older secret: the cookie will be re-issued" : ", from the first secret",
  ];
}

function revocationsOf(mode: SessionMode["name"], { canRevoke }: CookieInspection): string {
  if (mode === "server") return "not needed: a session that ended is no longer in the store";
  return canRevoke
    ? "checked at every read, so a copy of the cookie ends with its session"
    : "none: a copy of the cookie stays valid until it expires, even after a logout";
}
