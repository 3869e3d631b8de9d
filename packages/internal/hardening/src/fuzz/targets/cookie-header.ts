import { deepStrictEqual } from "node:assert";
import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { type CookieValues, fillPlaceholders } from "../placeholders.ts";
import { cookieValuesByReference } from "../reference-cookie-parser.ts";
import type { Target } from "../target.ts";
import { assertAnonymous, assertRejected, openTestSite, SECRETS, type TestSite } from "../test-site.ts";

/** `Cookie` headers, for a cookie name that may occur once (`__Host-`) and for one that may occur several times. */
export const cookieHeader: Target = {
  name: "cookie-header",
  words: [
    "{name}={ann}",
    "{name}={bob}",
    "{name}",
    "{ann}",
    "{bob}",
    ";",
    "; ",
    "=",
    " ",
    "\t",
    '"',
    "\u00a0",
    "__proto__",
  ],

  async start() {
    const sites = [
      openTestSite("__Host-session", serverSide(memoryStore(), { secrets: SECRETS })),
      openTestSite("session", signedCookie({ secrets: SECRETS })),
    ];
    const prepared = await Promise.all(
      sites.map(async (site) => ({
        site,
        values: {
          name: [site.name],
          ann: await site.newCookieValues("ann"),
          bob: await site.newCookieValues("bob"),
        },
      })),
    );
    return async (input) => {
      const outcomes: string[] = [];
      for (const { site, values } of prepared) outcomes.push(await request(site, values, input.toString("latin1")));
      return outcomes.join(", ");
    };
  },
};

async function request(site: TestSite, values: CookieValues, template: string): Promise<string> {
  const header = fillPlaceholders(template, values);
  const sent = cookieValuesByReference(header, site.name);
  const reply = await site.request(header);
  const owner = ["ann", "bob"].find((name) => values[name]?.[0] === sent[0]);
  if (site.name.startsWith("__Host-") && sent.length > 1) assertRejected(reply, ["duplicate-cookie"]);
  else if (owner !== undefined) deepStrictEqual(reply, { owner, events: [], setCookies: 0 });
  else if (sent[0]) assertRejected(reply, ["malformed", "unknown-key", "invalid-signature", "not-found"]);
  else assertAnonymous(reply);
  return `${reply.owner} ${reply.events}`;
}
