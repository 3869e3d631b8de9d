import { deepStrictEqual } from "node:assert";
import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { csrfProtection, csrfToken } from "@coatcheck/csrf";
import { sessionTransaction } from "@coatcheck/testing";
import { fillPlaceholders } from "../placeholders.ts";
import type { Target } from "../target.ts";

const OWN = "https://shop.example";
const TRUSTED = "https://admin.shop.example";

/** Sec-Fetch-Site, Origin, the token in a header, the content type and a body with the token: one per line. */
export const csrf: Target = {
  name: "csrf",
  words: [
    ...["same-origin", "none", "same-site", "cross-site", "null", OWN, TRUSTED, "https://evil.example", "\n"],
    ...["{ann}", "{ann:0-43}", "{bob}"],
    ...["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "csrf_token=", "&", ","],
    '--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{ann}\r\n--b--',
  ],

  async start() {
    const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
    const protection = csrfProtection({ origin: OWN, trustedOrigins: [TRUSTED], tokens: true });
    let tokenOfAnn = "";
    let tokenOfBob = "";
    const cookie = await sessionTransaction(sessions, (session) => {
      tokenOfAnn = csrfToken(session);
    });
    await sessionTransaction(sessions, (session) => {
      tokenOfBob = csrfToken(session);
    });
    const tokens = { ann: [tokenOfAnn], bob: [tokenOfBob] };

    return async (input) => {
      const text = input.toString("latin1").replace(/[^\t\r\n -~\x80-\xff]/g, "");
      const [site = "", origin = "", token = "", type = "", ...body] = text.split("\n");
      const headers = new Headers({ Cookie: cookie });
      for (const [name, value] of Object.entries({ "Sec-Fetch-Site": site, Origin: origin, "X-CSRF-Token": token })) {
        if (value !== "") headers.set(name, fillPlaceholders(value, tokens).replaceAll("\r", ""));
      }
      if (type !== "") headers.set("Content-Type", type.replaceAll("\r", ""));
      const content = fillPlaceholders(body.join("\n"), tokens);
      const request = new Request(`${OWN}/pay`, { method: "POST", headers, body: content });

      let result: unknown;
      const response = await sessions.handle(request, async (pending) => {
        result = await protection.check(request, pending);
        return new Response(null);
      });
      deepStrictEqual([response.headers.getSetCookie(), await request.text()], [[], content]);
      const isOk = JSON.stringify(result) === '{"ok":true}';
      if (!isAllowed(headers.get("Sec-Fetch-Site"), headers.get("Origin"))) deepStrictEqual(isOk, false);
      else if (headers.get("X-CSRF-Token")) deepStrictEqual(isOk, headers.get("X-CSRF-Token") === tokenOfAnn);
      else if (!content.includes(tokenOfAnn)) deepStrictEqual(isOk, content.includes("%") ? isOk : false);
      return JSON.stringify(result);
    };
  },
};

/** The documented rule: the request comes from a page of this site, from a trusted page, or from the user. */
function isAllowed(site: string | null, origin: string | null): boolean {
  if (site === "same-origin" || site === "none" || origin === TRUSTED) return true;
  return site !== "cross-site" && site !== "same-site" && origin === OWN;
}
