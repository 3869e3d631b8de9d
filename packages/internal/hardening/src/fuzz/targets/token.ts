import { deepStrictEqual } from "node:assert";
import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { fillPlaceholders } from "../placeholders.ts";
import { cookieValuesByReference } from "../reference-cookie-parser.ts";
import type { Target } from "../target.ts";
import { assertAnonymous, assertRejected, openTestSite, SECRETS } from "../test-site.ts";

const NAME = "__Host-session";
const [NEWER = "", OLDER = ""] = SECRETS;
const FOREIGN = "a secret that no site has: 7hGf2kLw9QzX4vBn";

/** The value of one cookie, in four modes. The first character of the input selects the mode. */
export const token: Target = {
  name: "token",
  words: [
    ...["{ann}", "{bob}", "{old}", "{foreign}", "{other}", "{ann:0-43}", "{old:43-99}"],
    ...["{ann.0}", "{ann.1}", "{bob.2}", "{bob.3}", "{ann.4}", "."],
    ...["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "~", "2~", "A", "="],
  ],

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
        const site = openTestSite(NAME, mode(SECRETS));
        const values = {
          ann: await site.newCookieValues("ann"),
          bob: await site.newCookieValues("bob"),
          // Sealed with the second secret of the ring, with a secret outside the ring, and for another cookie name.
          old: await openTestSite(NAME, mode(OLDER)).newCookieValues("old"),
          foreign: await openTestSite(NAME, mode(FOREIGN)).newCookieValues("foreign"),
          other: await openTestSite("__Host-admin", mode(NEWER)).newCookieValues("other"),
        };
        // Unsigned ids have no secret and no cookie name: all of them are valid ids of the one store.
        const isUnsigned = index === 0;
        const owners = Object.entries(values).filter(([owner]) => isUnsigned || ["ann", "bob", "old"].includes(owner));
        return { site, values, owners: new Map(owners.map(([owner, [value]]) => [value, owner])), isUnsigned };
      }),
    );

    return async (input) => {
      const text = input.toString("latin1");
      const index = (text.charCodeAt(0) || 0) % prepared.length;
      const { site, values, owners, isUnsigned } = prepared[index] ?? unreachable();
      const header = `${NAME}=${fillPlaceholders(text.slice(1), values)}`;
      const sent = cookieValuesByReference(header, NAME);
      const reply = await site.request(header);
      const owner = owners.get(sent[0]);
      if (sent.length > 1) assertRejected(reply, ["duplicate-cookie"]);
      else if (owner !== undefined) {
        const isReissued = owner === "old" && !isUnsigned;
        const events = isReissued ? ["reissued"] : [];
        deepStrictEqual(reply, { owner, events, setCookies: isReissued ? 1 : 0 });
      } else if (sent[0]) assertRejected(reply, ["malformed", "unknown-key", "invalid-signature", "not-found"]);
      else assertAnonymous(reply);
      return `${index} ${reply.owner} ${reply.events}`;
    };
  },
};

function unreachable(): never {
  throw new Error("there is a site for each remainder");
}
