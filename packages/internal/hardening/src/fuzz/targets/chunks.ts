import { deepStrictEqual } from "node:assert";
import { encryptedCookie } from "@coatcheck/core";
import { fillPlaceholders } from "../placeholders.ts";
import { cookieValuesByReference } from "../reference-cookie-parser.ts";
import type { Target } from "../target.ts";
import { assertAnonymous, assertRejected, openTestSite, SECRETS } from "../test-site.ts";

const NAME = "__Host-s";
const CHUNK_NAMES = [NAME, `${NAME}.1`, `${NAME}.2`, `${NAME}.3`];

/** `Cookie` headers with chunks of four sessions, which are stored in four, three, two cookies and one. */
export const chunks: Target = {
  name: "chunks",
  words: ["a", "b", "c", "d"]
    .flatMap((owner) => CHUNK_NAMES.map((name, index) => `; ${name}={${owner}${index}}`))
    .concat(["; ", "=", "~", "2~", "4~", "5~", "9~", "{a0}", "{a1}", "{b1}", "{a0:2-4000}", "{a.1}", "{c:1-4000}"]),

  async start() {
    const site = openTestSite(NAME, encryptedCookie({ secrets: SECRETS, chunks: 4 }));
    const values = {
      a: await site.newCookieValues("a", { filler: "x".repeat(11_000) }),
      b: await site.newCookieValues("b", { filler: "x".repeat(7_000) }),
      c: await site.newCookieValues("c", { filler: "x".repeat(4_000) }),
      d: await site.newCookieValues("d"),
    };
    deepStrictEqual(
      Object.values(values).map(({ length }) => length),
      [4, 3, 2, 1],
    );
    const owners = new Map(Object.entries(values).map(([owner, parts]) => [joinChunks(parts), owner]));

    return async (input) => {
      const header = fillPlaceholders(input.toString("latin1"), values);
      const sent = CHUNK_NAMES.map((name) => cookieValuesByReference(header, name));
      const parts = sent.map(([first]) => first ?? "");
      const reply = await site.request(header);
      const owner = owners.get(joinChunks(parts));
      if (sent.some(({ length }) => length > 1)) assertRejected(reply, ["duplicate-cookie"]);
      else if (owner !== undefined) deepStrictEqual(reply, { owner, events: [], setCookies: 0 });
      else if (parts.some(Boolean)) assertRejected(reply, ["malformed", "unknown-key", "invalid-signature"]);
      else assertAnonymous(reply);
      return `${reply.owner} ${reply.events}`;
    };
  },
};

/** The token in these chunks; `undefined` when the first chunk announces more chunks than there are. */
function joinChunks([head = "", ...others]: readonly string[]): string | undefined {
  const [, count = "1", start = head] = /^([2-9])~(.*)$/s.exec(head) ?? [];
  const rest = others.slice(0, Number(count) - 1);
  return rest.length < Number(count) - 1 || rest.includes("") ? undefined : [start, ...rest].join("");
}
