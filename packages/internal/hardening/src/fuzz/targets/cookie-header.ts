import { deepStrictEqual } from "node:assert";
import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { valuesOf } from "../reference-cookie-parser.ts";
import type { Target } from "../target.ts";
import { assertRefused, fill, openSite, SECRETS, type Site, type Tickets } from "../test-site.ts";

/** Cookie headers with tickets in them, for a name that can exist once and for one that may exist several times. */
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
      openSite("__Host-session", serverSide(memoryStore(), { secrets: SECRETS })),
      openSite("session", signedCookie({ secrets: SECRETS })),
    ];
    const prepared = await Promise.all(
      sites.map(async (site) => ({
        site,
        tickets: { name: [site.name], ann: await site.ticketOf("ann"), bob: await site.ticketOf("bob") },
      })),
    );
    return async (input) => {
      const outcomes: string[] = [];
      for (const { site, tickets } of prepared) outcomes.push(await visit(site, tickets, input.toString("latin1")));
      return outcomes.join(", ");
    };
  },
};

async function visit(site: Site, tickets: Tickets, template: string): Promise<string> {
  const header = fill(template, tickets);
  const values = valuesOf(header, site.name);
  const seen = await site.visit(header);
  const [owner] = ["ann", "bob"].filter((who) => tickets[who]?.[0] === values[0]);
  if (site.name.startsWith("__Host-") && values.length > 1) assertRefused(seen, ["duplicate-cookie"]);
  else if (owner !== undefined) deepStrictEqual(seen, { who: owner, events: [], setCookies: 0 });
  else if (values[0]) assertRefused(seen, ["malformed", "unknown-key", "invalid-signature", "not-found"]);
  else deepStrictEqual(seen, { who: "nobody", events: [], setCookies: 0 });
  return `${seen.who} ${seen.events}`;
}
