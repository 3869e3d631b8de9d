import { deepStrictEqual } from "node:assert";
import { encryptedCookie } from "@coatcheck/core";
import { valuesOf } from "../reference-cookie-parser.ts";
import type { Target } from "../target.ts";
import { assertRefused, fill, openSite, SECRETS } from "../test-site.ts";

const NAME = "__Host-s";
const NAMES = [NAME, `${NAME}.1`, `${NAME}.2`, `${NAME}.3`];

/** Cookie headers with parts of sessions that are spread over four, three, two cookies, and one. */
export const chunks: Target = {
  name: "chunks",
  words: ["a", "b", "c", "d"]
    .flatMap((who) => NAMES.map((name, index) => `; ${name}={${who}${index}}`))
    .concat(["; ", "=", "~", "2~", "4~", "5~", "9~", "{a0}", "{a1}", "{b1}", "{a0:2-4000}", "{a.1}", "{c:1-4000}"]),

  async start() {
    const site = openSite(NAME, encryptedCookie({ secrets: SECRETS, chunks: 4 }));
    const tickets = {
      a: await site.ticketOf("a", { filler: "x".repeat(11_000) }),
      b: await site.ticketOf("b", { filler: "x".repeat(7_000) }),
      c: await site.ticketOf("c", { filler: "x".repeat(4_000) }),
      d: await site.ticketOf("d"),
    };
    deepStrictEqual(
      Object.values(tickets).map(({ length }) => length),
      [4, 3, 2, 1],
    );
    const tokens = new Map(Object.entries(tickets).map(([who, parts]) => [join(parts), who]));

    return async (input) => {
      const header = fill(input.toString("latin1"), tickets);
      const values = NAMES.map((name) => valuesOf(header, name));
      const parts = values.map(([first]) => first ?? "");
      const seen = await site.visit(header);
      const owner = tokens.get(join(parts));
      if (values.some(({ length }) => length > 1)) assertRefused(seen, ["duplicate-cookie"]);
      else if (owner !== undefined) deepStrictEqual(seen, { who: owner, events: [], setCookies: 0 });
      else if (parts.some(Boolean)) assertRefused(seen, ["malformed", "unknown-key", "invalid-signature"]);
      else deepStrictEqual(seen, { who: "nobody", events: [], setCookies: 0 });
      return `${seen.who} ${seen.events}`;
    };
  },
};

/** The token that parts make up, if the first says how many there are and all of them are there. */
function join([head = "", ...others]: readonly string[]): string | undefined {
  const [, count = "1", start = head] = /^([2-9])~(.*)$/s.exec(head) ?? [];
  const rest = others.slice(0, Number(count) - 1);
  return rest.length < Number(count) - 1 || rest.includes("") ? undefined : [start, ...rest].join("");
}
