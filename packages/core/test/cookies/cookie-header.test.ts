import { memoryStore, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { cookieModes, type ModeUnderTest, modes } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import { parseCookie } from "cookie";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/**
 * A request with exactly this `Cookie` header. Runtimes decode bytes above 127 differently: some as Latin-1, workerd as
 * UTF-8 with a warning that prints the header. Therefore `get` returns such a header directly.
 */
function requestWith(header: string): Request {
  const isAscii = /^[\0-\x7f]*$/.test(header);
  const request = new Request("https://localhost/", { headers: { Cookie: isAscii ? header : "-" } });
  if (!isAscii) Object.defineProperty(request.headers, "get", { value: () => header });
  return request;
}

/** An application with a session of Ann. */
async function start({ mode }: ModeUnderTest, name: string) {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ mode: mode(), cookie: { name }, onEvent: (event) => events.push(event) });

  async function cookieValueFor(who: string): Promise<string> {
    const cookie = await sessionTransaction(sessions, (session) => session.set("who", who));
    return cookie.slice(name.length + 1);
  }

  /** The owner of the session of a request, the events and the number of `Set-Cookie` lines. */
  async function visit(request: Request) {
    events.length = 0;
    let who: unknown;
    const response = await sessions.handle(request, async (pending) => {
      who = (await pending).get("who") ?? "anonymous";
      return new Response(null);
    });
    const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
    return { who, reasons, setCookies: response.headers.getSetCookie().length };
  }

  const ann = await cookieValueFor("ann");
  return { cookieValueFor, ann, visit: (header: string) => visit(requestWith(header)), visitBy: visit };
}

/** Characters that `String.prototype.trim` removes besides space and tab, and UTF-8 bytes of some, read as Latin-1. */
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
  describe(`reading the Cookie header, ${mode.name}`, () => {
    const ofAnn = { who: "ann", reasons: [], setCookies: 0 };
    const anonymous = { who: "anonymous", reasons: [], setCookies: 0 };

    it("finds the session among other cookies", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      for (const header of [
        `a=1; __Host-session=${ann}; b=2`,
        `__Host-session=${ann};b=`,
        `=;;a;__Host-session=${ann}`,
      ]) {
        expect(await visit(header)).toEqual(ofAnn);
      }
    });

    it("SEC-36 trims space and tab around name and value", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      expect(await visit(`a=1;\t __Host-session \t=\t ${ann} \t; b=2`)).toEqual(ofAnn);
    });

    it("SEC-36 does not trim other blanks around a name, which make it another name", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      for (const blank of LOOKALIKES) {
        const title = `U+${blank.charCodeAt(0).toString(16)}`;
        expect(await visit(`a=1; ${blank}__Host-session=${ann}`), title).toEqual(anonymous);
        expect(await visit(`a=1; __Host-session${blank}=${ann}`), title).toEqual(anonymous);
        expect(await visit(`${blank}__Host-session=planted; __Host-session=${ann}`), title).toEqual(ofAnn);
        expect(await visit(`__Host-session=${ann};${blank}__Host-session=planted`), title).toEqual(ofAnn);
      }
    });

    it("SEC-36 does not trim other blanks around a value, which belong to the value", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      for (const blank of LOOKALIKES) {
        for (const value of [blank + ann, ann + blank]) {
          const { who, reasons } = await visit(`__Host-session=${value}; a=1`);
          expect({ who, rejections: reasons.length }).toEqual({ who: "anonymous", rejections: 1 });
        }
      }
    });

    it("SEC-36 ignores names in another case and names that contain the name", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      const others = ["__host-session", "__HOST-SESSION", "__Host-session2", "x__Host-session", '"__Host-session"', ""];
      for (const other of others) expect(await visit(`${other}=${ann}`)).toEqual(anonymous);
      expect(await visit("__Host-session")).toEqual(anonymous);
    });

    for (const name of ["__Host-session", "__host-session", "__Host-Http-session"]) {
      it(`SEC-36 rejects ${name} when it is sent twice, and clears no cookie`, async () => {
        const { ann, visit } = await start(mode, name);
        const rejected = { who: "anonymous", reasons: ["duplicate-cookie"], setCookies: 0 };
        for (const other of ["planted", ann, ""]) {
          expect(await visit(`${name}=${ann}; ${name}=${other}`)).toEqual(rejected);
          expect(await visit(`${name}=${other}; a=1;${name} =${ann}`)).toEqual(rejected);
        }
        expect(await visit(`${name}=${ann}`)).toEqual(ofAnn);
      });
    }

    it("SEC-36 takes the first of several cookies of a name without the __Host- prefix", async () => {
      const { ann, cookieValueFor, visit } = await start(mode, "session");
      const bob = await cookieValueFor("bob");
      expect(await visit(`session=${ann}; session=${bob}`)).toEqual(ofAnn);
      expect(await visit(`session=${bob}; session=${ann}`)).toEqual({ ...ofAnn, who: "bob" });
      const { who, reasons } = await visit(`session=planted; session=${ann}`);
      expect({ who, rejections: reasons.length }).toEqual({ who: "anonymous", rejections: 1 });
    });

    it("SEC-36 agrees with the reference parser for any header", async () => {
      const { ann, cookieValueFor, visitBy } = await start(mode, "session");
      const people = { ann, bob: await cookieValueFor("bob") };
      const seen = { ann: 0, bob: 0, anonymous: 0 };
      const property = fc.asyncProperty(headers("session"), async (template) => {
        const request = requestWith(fill(template, people));
        const value = parseCookie(request.headers.get("Cookie") ?? "", { decode: (text) => text })["session"];
        const expected = value === people.ann ? "ann" : value === people.bob ? "bob" : "anonymous";
        expect((await visitBy(request)).who).toBe(expected);
        seen[expected] += 1;
      });
      await fc.assert(property, { numRuns: 200 });
      expect(Math.min(seen.ann, seen.bob, seen.anonymous)).toBeGreaterThan(0);
    });

    it("SEC-36 rejects a __Host- cookie exactly when the reference parser finds it more than once", async () => {
      const { ann, cookieValueFor, visitBy } = await start(mode, "__Host-session");
      const people = { ann, bob: await cookieValueFor("bob") };
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
      await fc.assert(property, { numRuns: 200 });
      expect(Math.min(seen.one, seen.several)).toBeGreaterThan(0);
    });
  });
}

for (const mode of [{ name: "server-side", mode: () => serverSide(memoryStore()) }, ...cookieModes()]) {
  describe(`reading a Cookie header of a megabyte, ${mode.name}`, () => {
    it("SEC-36 takes linear time when it consists of separators", async () => {
      const { ann, visit } = await start(mode, "__Host-session");
      const length = 500_000;
      for (const filler of [";", " ", "\t", "=", "; ", " =", "a=;", " ;", '"', "__Host-session", "\t\u00a0"]) {
        const long = filler.repeat(length / filler.length);
        const { who, reasons } = await visit(`a=${long}x; __Host-session=${ann}; ${long}x`);
        expect({ who, reasons }).toEqual({ who: "ann", reasons: [] });
      }
    });

    it("SEC-04 rejects a value of a megabyte", async () => {
      const { visit } = await start(mode, "__Host-session");
      for (const filler of ["a", ".", "~", "=", "2~"]) {
        const { who, reasons } = await visit(`__Host-session=${filler.repeat(1_000_000 / filler.length)}`);
        expect({ who, reasons }).toEqual({ who: "anonymous", reasons: ["malformed"] });
      }
    });
  });
}

/**
 * Likely and unlikely `Cookie` headers with `ANN` and `BOB` in place of cookie values, because a failing property prints
 * its input.
 */
function headers(name: string): fc.Arbitrary<string> {
  const mostly = (usual: string[], odd: string[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  const blank = mostly(["", "", " "], ["\t", " \t ", "\u00a0", "\v", "\f", "\u00ad"]);
  const value = mostly(["ANN", "BOB"], ["", "x", '"ANN"', "ANN,", "ANN=", "é", "%41NN", "\\ANN"]);
  const label = mostly([name], [name.toUpperCase(), `${name}s`, `"${name}"`, "", "a", "__proto__", "$Path"]);
  const equals = mostly(["="], ["", "=="]);
  const pair = fc.tuple(blank, label, blank, equals, blank, value, blank).map((parts) => parts.join(""));
  const noise = fc.string({ unit: fc.constantFrom(...";= \t\"',%ax\u00a0\u00ffé\v\f\\", name, "ANN"), maxLength: 12 });
  const part = fc.oneof({ weight: 4, arbitrary: pair }, { weight: 1, arbitrary: noise });
  return fc
    .array(fc.tuple(part, fc.constantFrom(";", ";", "; ", ",", ";;")), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.flat().join(""));
}

function fill(template: string, { ann, bob }: { readonly ann: string; readonly bob: string }): string {
  // In one pass, because a random cookie value could contain the other name.
  return template.replace(/ANN|BOB/g, (name) => (name === "ANN" ? ann : bob));
}
