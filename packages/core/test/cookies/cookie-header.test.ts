import { type SessionEvent, SessionManager } from "@coatcheck/core";
import { type ModeUnderTest, modes } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import { parseCookie } from "cookie";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/**
 * A request with exactly this Cookie header. Runtimes disagree about bytes above 127: some take them as latin1, some as
 * UTF-8 (workerd, and with a warning that prints the header), so these are handed over as they would be read.
 */
function requestWith(header: string): Request {
  const isAscii = /^[\0-\x7f]*$/.test(header);
  const request = new Request("https://localhost/", { headers: { Cookie: isAscii ? header : "-" } });
  if (!isAscii) Object.defineProperty(request.headers, "get", { value: () => header });
  return request;
}

/** An application with one session that says who it is of. */
async function start({ mode }: ModeUnderTest, name: string) {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ mode: mode(), cookie: { name }, onEvent: (event) => events.push(event) });

  async function ticketOf(who: string): Promise<string> {
    const cookie = await sessionTransaction(sessions, (session) => session.set("who", who));
    return cookie.slice(name.length + 1);
  }

  /** Whose session a request gets, why not, and what it answers. */
  async function visit(request: Request) {
    events.length = 0;
    let who: unknown;
    const response = await sessions.handle(request, async (pending) => {
      who = (await pending).get("who") ?? "nobody";
      return new Response(null);
    });
    const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
    return { who, reasons, setCookies: response.headers.getSetCookie().length };
  }

  const ann = await ticketOf("ann");
  return { ticketOf, ann, visit: (header: string) => visit(requestWith(header)), visitBy: visit };
}

/** What `String.prototype.trim` takes besides space and tab, and the UTF-8 bytes of some of it read as latin1. */
const LOOKALIKES = ["\u00a0", "\u00c2\u00a0", "\ufeff", "\u00ef\u00bb\u00bf", "\u3000", "\u00e3\u0080\u0080"].concat([
  "\v",
  "\f",
  "\u0085",
  "\u1680",
  "\u2003",
  "\u2028",
  "\u202f",
  "\u200b",
]);

for (const mode of modes()) {
  describe(`cookie header, ${mode.name}`, () => {
    const known = { who: "ann", reasons: [], setCookies: 0 };
    const stranger = { who: "nobody", reasons: [], setCookies: 0 };

    it("finds the session among other cookies, wherever it stands", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      for (const header of [
        `a=1; __Host-session=${ann}; b=2`,
        `__Host-session=${ann};b=`,
        `=;;a;__Host-session=${ann}`,
      ]) {
        expect(await visit(header)).toEqual(known);
      }
    });

    it("SEC-36 trims space and tab around name and value", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      expect(await visit(`a=1;\t __Host-session \t=\t ${ann} \t; b=2`)).toEqual(known);
    });

    it("SEC-36 takes a name behind any other blank for another cookie, and for no duplicate", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      for (const blank of LOOKALIKES) {
        const title = `U+${blank.charCodeAt(0).toString(16)}`;
        expect(await visit(`a=1; ${blank}__Host-session=${ann}`), title).toEqual(stranger);
        expect(await visit(`a=1; __Host-session${blank}=${ann}`), title).toEqual(stranger);
        expect(await visit(`${blank}__Host-session=planted; __Host-session=${ann}`), title).toEqual(known);
        expect(await visit(`__Host-session=${ann};${blank}__Host-session=planted`), title).toEqual(known);
      }
    });

    it("SEC-36 takes other blanks around the value for a part of it", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      for (const blank of LOOKALIKES) {
        for (const value of [blank + ann, ann + blank]) {
          const { who, reasons } = await visit(`__Host-session=${value}; a=1`);
          expect({ who, rejections: reasons.length }).toEqual({ who: "nobody", rejections: 1 });
        }
      }
    });

    it("SEC-36 compares names with case, and takes no cookie for ours whose name only begins or ends like it", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      const others = ["__host-session", "__HOST-SESSION", "__Host-session2", "x__Host-session", '"__Host-session"', ""];
      for (const other of others) expect(await visit(`${other}=${ann}`)).toEqual(stranger);
      expect(await visit("__Host-session")).toEqual(stranger);
    });

    for (const name of ["__Host-session", "__host-session", "__Host-Http-session"]) {
      it(`SEC-36 refuses ${name} when it comes twice, and clears neither`, async () => {
        const { ann, visit } = await start(mode, name);
        const refused = { who: "nobody", reasons: ["duplicate-cookie"], setCookies: 0 };
        for (const other of ["planted", ann, ""]) {
          expect(await visit(`${name}=${ann}; ${name}=${other}`)).toEqual(refused);
          expect(await visit(`${name}=${other}; a=1;${name} =${ann}`)).toEqual(refused);
        }
        expect(await visit(`${name}=${ann}`)).toEqual(known);
      });
    }

    it("SEC-36 uses the first of several cookies whose name allows several", async () => {
      const { ann, ticketOf, visit } = await start(mode, "session");
      const bob = await ticketOf("bob");
      expect(await visit(`session=${ann}; session=${bob}`)).toEqual(known);
      expect(await visit(`session=${bob}; session=${ann}`)).toEqual({ ...known, who: "bob" });
      const { who, reasons } = await visit(`session=planted; session=${ann}`);
      expect({ who, rejections: reasons.length }).toEqual({ who: "nobody", rejections: 1 });
    });

    it("SEC-36 reads whatever header as the reference parser does", async () => {
      const { ann, ticketOf, visitBy } = await start(mode, "session");
      const people = { ann, bob: await ticketOf("bob") };
      const seen = { ann: 0, bob: 0, nobody: 0 };
      const property = fc.asyncProperty(headers("session"), async (template) => {
        const request = requestWith(fill(template, people));
        const value = parseCookie(request.headers.get("Cookie") ?? "", { decode: (text) => text })["session"];
        const expected = value === people.ann ? "ann" : value === people.bob ? "bob" : "nobody";
        expect((await visitBy(request)).who).toBe(expected);
        seen[expected] += 1;
      });
      await fc.assert(property, { numRuns: 400 });
      expect(Math.min(seen.ann, seen.bob, seen.nobody)).toBeGreaterThan(0);
    });

    it("SEC-36 refuses a __Host- cookie exactly when the reference parser finds it more than once", async () => {
      const { ann, ticketOf, visitBy } = await start(mode, "__Host-session");
      const people = { ann, bob: await ticketOf("bob") };
      const seen = { one: 0, several: 0 };
      const property = fc.asyncProperty(headers("__Host-session"), async (template) => {
        const request = requestWith(fill(template, people));
        const values = (request.headers.get("Cookie") ?? "")
          .split(";")
          .map((pair) => parseCookie(pair, { decode: (text) => text })["__Host-session"])
          .filter((value) => value !== undefined);
        const { who, reasons } = await visitBy(request);
        expect(reasons.includes("duplicate-cookie")).toBe(values.length > 1);
        expect(who === "ann").toBe(values.length === 1 && values[0] === people.ann);
        if (who === "ann") seen.one += 1;
        if (values.length > 1) seen.several += 1;
      });
      await fc.assert(property, { numRuns: 400 });
      expect(Math.min(seen.one, seen.several)).toBeGreaterThan(0);
    });

    it("SEC-36 answers headers of a megabyte that are made to be slow to read", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      const length = 1_000_000;
      for (const filler of [";", " ", "\t", "=", "; ", " =", "a=;", " ;", '"', "__Host-session", "\t\u00a0"]) {
        const long = filler.repeat(length / filler.length);
        expect(await visit(`a=${long}x; __Host-session=${ann}`)).toEqual(known);
        expect(await visit(`__Host-session=${ann}; ${long}x`)).toEqual(known);
      }
    });

    it("SEC-04 refuses a megabyte of a value", async () => {
      const { visit } = await start(mode, "__Host-session");
      for (const filler of ["a", ".", "~", "=", "2~"]) {
        const refused = { who: "nobody", reasons: ["malformed"], setCookies: 0 };
        expect(await visit(`__Host-session=${filler.repeat(1_000_000)}`)).toEqual(refused);
      }
    });
  });
}

/**
 * Cookie headers, likely and unlikely, with `ANN` and `BOB` where a ticket goes: what a failing property prints must
 * hold none.
 */
function headers(name: string): fc.Arbitrary<string> {
  const mostly = (usual: string[], odd: string[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  const blank = mostly(["", "", " "], ["\t", " \t ", "\u00a0", "\v", "\f", "\u00ad"]);
  const ticket = mostly(["ANN", "BOB"], ["", "x", '"ANN"', "ANN,", "ANN=", "é", "%41NN", "\\ANN"]);
  const label = mostly([name], [name.toUpperCase(), `${name}s`, `"${name}"`, "", "a", "__proto__", "$Path"]);
  const equals = mostly(["="], ["", "=="]);
  const pair = fc.tuple(blank, label, blank, equals, blank, ticket, blank).map((parts) => parts.join(""));
  const noise = fc.string({ unit: fc.constantFrom(...";= \t\"',%ax\u00a0\u00ffé\v\f\\", name, "ANN"), maxLength: 12 });
  const part = fc.oneof({ weight: 4, arbitrary: pair }, { weight: 1, arbitrary: noise });
  return fc
    .array(fc.tuple(part, fc.constantFrom(";", ";", "; ", ",", ";;")), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.flat().join(""));
}

function fill(template: string, { ann, bob }: { readonly ann: string; readonly bob: string }): string {
  // In one pass: a ticket is random, and may spell the other's name.
  return template.replace(/ANN|BOB/g, (name) => (name === "ANN" ? ann : bob));
}
