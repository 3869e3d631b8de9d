import { deepStrictEqual } from "node:assert";
import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { valuesOf } from "../reference-cookie-parser.ts";
import type { Target } from "../target.ts";
import { assertRefused, fill, openSite, SECRETS } from "../test-site.ts";

const NAME = "__Host-session";
const [NEWER = "", OLDER = ""] = SECRETS;
const FOREIGN = "a secret of nobody here: 7hGf2kLw9QzX4vBn";

/** One value, in each mode: the first character says which. */
export const token: Target = {
  name: "token",
  words: [
    "{ann}",
    "{bob}",
    "{old}",
    "{foreign}",
    "{other}",
    "{ann.0}",
    "{ann.1}",
    "{bob.2}",
    "{bob.3}",
    "{ann.4}",
    ".",
  ].concat(["{ann:0-43}", "{old:43-99}", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "~", "2~", "A", "="]),

  async start() {
    const store = memoryStore();
    const modes: ((secrets: Secrets) => SessionMode)[] = [
      () => serverSide(store),
      (secrets) => serverSide(store, { secrets }),
      (secrets) => signedCookie({ secrets }),
      (secrets) => encryptedCookie({ secrets }),
    ];
    const prepared = await Promise.all(
      modes.map(async (mode, index) => {
        const site = openSite(NAME, mode(SECRETS));
        const tickets = {
          ann: await site.ticketOf("ann"),
          bob: await site.ticketOf("bob"),
          // By a secret that is second in the list by now, by one that is not in it, and for another cookie.
          old: await openSite(NAME, mode(OLDER)).ticketOf("old"),
          foreign: await openSite(NAME, mode(FOREIGN)).ticketOf("foreign"),
          other: await openSite("__Host-admin", mode(NEWER)).ticketOf("other"),
        };
        // Without a signature all of them are ids of one store.
        const owners = index === 0 ? Object.keys(tickets) : ["ann", "bob", "old"];
        return { site, tickets, owners, reissued: index === 0 ? [] : ["old"] };
      }),
    );

    return async (input) => {
      const text = input.toString("latin1");
      const { site, tickets, owners, reissued } = prepared[(text.charCodeAt(0) || 0) % prepared.length] ?? never();
      const header = `${NAME}=${fill(text.slice(1), tickets)}`;
      const values = valuesOf(header, NAME);
      const seen = await site.visit(header);
      const owner = owners.find((who) => tickets[who as keyof typeof tickets][0] === values[0]);
      if (values.length > 1) assertRefused(seen, ["duplicate-cookie"]);
      else if (owner !== undefined) {
        const isReissued = reissued.includes(owner);
        const events = isReissued ? ["reissued"] : [];
        deepStrictEqual(seen, { who: owner, events, setCookies: isReissued ? 1 : 0 });
      } else if (values[0]) assertRefused(seen, ["malformed", "unknown-key", "invalid-signature", "not-found"]);
      else deepStrictEqual(seen, { who: "nobody", events: [], setCookies: 0 });
      return `${text.charCodeAt(0) % prepared.length} ${seen.who} ${seen.events}`;
    };
  },
};

function never(): never {
  throw new Error("there is a site for each character");
}
