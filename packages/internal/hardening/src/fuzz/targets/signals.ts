import { deepStrictEqual } from "node:assert";
import { BlockList, isIP } from "node:net";
import { AccountManager, login, type SignalMismatchEvent, sessionProtection } from "@coatcheck/auth";
import { InvalidOptionError, memoryStore, serverSide } from "@coatcheck/core";
import { browser } from "@coatcheck/testing";
import type { Target } from "../target.ts";

/** The subject while the handler has not read it. */
const NOT_READ = Symbol("not read");

/** User-Agent and client address of a login and of the next request: one per line. */
export const signals: Target = {
  name: "signals",
  words: [
    ...["Mozilla/5.0", "Chrome/131.0.0.0", "Firefox", "\n"],
    ...["192.0.2.1", "192.0.2.77", "198.51.100.1"],
    ...["::1", "::", "2001:db8::1", "2001:db8:0:1::2", "::ffff:192.0.2.1", "::ffff:c000:0201"],
    ...["%eth0", "[", "]", ":443", ".", "0x7f", "٣"],
  ],

  async start() {
    const mismatches: SignalMismatchEvent[] = [];
    const sessions = new AccountManager({
      mode: serverSide(memoryStore()),
      extensions: [
        sessionProtection({
          userAgent: true,
          address: (request) => request.headers.get("X-Client"),
          onMismatch: "end",
          onEvent: (event) => void mismatches.push(event),
        }),
      ],
    });

    return async (input) => {
      // Servers accept only these characters in a header.
      const lines = input
        .toString("latin1")
        .replace(/[^\t\n -~\x80-\xff]/g, "")
        .split("\n");
      const [agent = "", address = "", laterAgent = "", laterAddress = ""] = lines.map((line) => line.trim());
      let subject: unknown = NOT_READ;
      const client = browser({
        fetch: (request) =>
          sessions.handle(request, async (pending) => {
            const session = await pending;
            if (request.method === "POST") await login(session, "ann");
            subject = session.subject;
            return new Response(null);
          }),
      });
      const send = async (init: RequestInit): Promise<"answered" | "invalid-option"> => {
        mismatches.length = 0;
        subject = NOT_READ;
        try {
          await client.fetch("/", init);
          return "answered";
        } catch (error) {
          if (error instanceof InvalidOptionError) return "invalid-option";
          throw error;
        }
      };

      const family = familyOf(address);
      const atLogin = await send({ method: "POST", headers: { "User-Agent": agent, "X-Client": address } });
      deepStrictEqual(atLogin, family === undefined ? "invalid-option" : "answered");
      if (family === undefined) {
        deepStrictEqual(await client.cookieHeader(), "");
        return "no login";
      }
      const laterFamily = familyOf(laterAddress);
      const later = await send({ headers: { "User-Agent": laterAgent, "X-Client": laterAddress } });
      deepStrictEqual(later, laterFamily === undefined ? "invalid-option" : "answered");
      if (laterFamily === undefined) return "no address";
      const expected = [
        ...(isSameNetwork(address, laterAddress) ? [] : ["address"]),
        ...(withoutNumbers(agent) === withoutNumbers(laterAgent) ? [] : ["userAgent"]),
      ];
      deepStrictEqual(
        mismatches.flatMap((event) => event.signals),
        expected,
      );
      deepStrictEqual(subject, expected.length > 0 ? undefined : "ann");
      return `${family} ${laterFamily} ${expected}`;
    };
  },
};

/** A User-Agent without its version numbers. */
function withoutNumbers(agent: string): string {
  return [...agent].filter((character) => !"0123456789._".includes(character)).join("");
}

/** The family by Node's own parser, except for the zone: Node refuses an underscore there, and accepts a colon. */
function familyOf(address: string): "ipv4" | "ipv6" | "mapped" | undefined {
  const family = isIP(withoutZone(address));
  const zone = address.slice(withoutZone(address).length);
  if (family === 0 || (zone !== "" && (family === 4 || !/^%[\w.-]+$/.test(zone)))) return undefined;
  if (family === 4) return "ipv4";
  const mapped = new BlockList();
  mapped.addSubnet("::ffff:0:0", 96, "ipv6");
  return mapped.check(withoutZone(address), "ipv6") ? "mapped" : "ipv6";
}

function isSameNetwork(address: string, other: string): boolean {
  const [family, otherFamily] = [familyOf(address), familyOf(other)];
  if ((family === "ipv6") !== (otherFamily === "ipv6")) return false;
  const network = new BlockList();
  const toIPv6 = (text: string) => (isIP(text) === 4 ? `::ffff:${text}` : withoutZone(text));
  network.addSubnet(toIPv6(address), family === "ipv6" ? 48 : 120, "ipv6");
  return network.check(toIPv6(other), "ipv6");
}

const withoutZone = (address: string): string => address.replace(/%.*/s, "");
