import { type CookieOptions, memoryStore, type Session, SessionManager, serverSide } from "@coatcheck/core";
import { attributesOf, modes, shapeOf } from "@coatcheck/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/**
 * Every `Set-Cookie` line of a session that is written, made persistent, regenerated and destroyed. The client returns
 * each cookie, whatever its domain and path.
 */
async function linesOfLifecycle(sessions: SessionManager): Promise<string[]> {
  const lines: string[] = [];
  const acts: ((session: Session) => void)[] = [
    (session) => session.set("theme", "dark"),
    (session) => {
      session.persistent = true;
    },
    (session) => session.regenerate(),
    (session) => session.destroy(),
  ];
  for (const act of acts) {
    const cookie = lines.at(-1)?.split(";")[0];
    const headers = cookie === undefined ? {} : { Cookie: cookie };
    const response = await sessions.handle(new Request("https://localhost/", { headers }), async (pending) => {
      act(await pending);
      return new Response(null);
    });
    lines.push(...response.headers.getSetCookie());
  }
  return lines;
}

for (const { name, mode } of modes()) {
  describe(`cookie options, ${name}`, () => {
    it("SEC-30 default to a __Host- cookie that is Secure and HttpOnly, with SameSite=Lax", async () => {
      const [line] = await linesOfLifecycle(new SessionManager({ mode: mode() }));
      expect(shapeOf(line)).toBe("__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax");
    });

    it("SEC-30 keep these defaults for properties that are missing or undefined", async () => {
      const cookie = { name: undefined, partitioned: true } as unknown as CookieOptions;
      const [line] = await linesOfLifecycle(new SessionManager({ mode: mode(), cookie }));
      expect(shapeOf(line)).toBe("__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax; Partitioned");
    });

    it("SEC-37 are rejected, or set exactly their attributes on one line of printable ASCII", async () => {
      const seen = { rejected: 0, accepted: 0 };
      const property = fc.asyncProperty(cookieOptions(), async (cookie) => {
        let sessions: SessionManager;
        try {
          sessions = new SessionManager({ mode: mode(), cookie });
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_OPTION" });
          seen.rejected += 1;
          return;
        }
        seen.accepted += 1;
        const lines = await linesOfLifecycle(sessions);
        expect(lines.length).toBe(4);
        for (const line of lines) expect(partsOf(line)).toEqual(expectedParts(cookie));
      });
      await fc.assert(property, { numRuns: 100 });
      expect(Math.min(seen.rejected, seen.accepted)).toBeGreaterThan(0);
    });
  });
}

/** A line without its value, which a failing test must not print. */
function partsOf(line: string) {
  const [pair = ""] = line.split(";");
  return {
    isPlain: /^[ -~]*$/.test(line) && /^[^=]+=[\w.~-]*$/.test(pair),
    name: pair.split("=")[0],
    attributes: attributesOf(line),
  };
}

function expectedParts(options: CookieOptions): ReturnType<typeof partsOf> {
  const { name = "__Host-session", path = "/", domain, secure = true, httpOnly = true, sameSite = "lax" } = options;
  const attributes = [`Path=${path}`, `SameSite=${{ lax: "Lax", strict: "Strict", none: "None" }[sameSite]}`];
  if (domain !== undefined) attributes.push(`Domain=${domain}`);
  if (httpOnly) attributes.push("HttpOnly");
  if (secure) attributes.push("Secure");
  if (options.partitioned) attributes.push("Partitioned");
  return { isPlain: true, name, attributes: attributes.sort() };
}

function cookieOptions(): fc.Arbitrary<CookieOptions> {
  const plain = fc.constantFrom(..."abcXYZ019-_.");
  const unusual = fc.constantFrom(
    ...'\r\n;\0=,\t\u007f "\\/:@()~',
    "\u00a0",
    "é",
    "\u2028",
    "\ufeff",
    "\r\nX: ",
    "; Domain=",
  );
  const text = fc.string({
    unit: fc.oneof({ weight: 60, arbitrary: plain }, { weight: 1, arbitrary: unusual }),
    minLength: 1,
    maxLength: 12,
  });
  const prefix = fc.constantFrom("", "", "", "__Host-", "__Secure-", "__Http-", "__host-http-");
  return fc.record(
    {
      name: fc.tuple(prefix, text).map((parts) => parts.join("")),
      path: fc.oneof(
        fc.constant("/"),
        text.map((rest) => `/${rest}`),
        text,
      ),
      domain: text,
      secure: fc.boolean(),
      httpOnly: fc.boolean(),
      sameSite: fc.constantFrom("lax", "strict", "none"),
      partitioned: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<CookieOptions>;
}

describe("validation of cookie options", () => {
  const construct = (cookie: CookieOptions) => new SessionManager({ mode: serverSide(memoryStore()), cookie });

  function rejects(cookie: CookieOptions): void {
    expect(() => construct(cookie), JSON.stringify(cookie)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  }

  it("rejects options that are not an object", () => {
    for (const cookie of ["sid", 42, true]) rejects(cookie as never);
  });

  for (const prefix of ["__Host-", "__host-", "__HOST-", "__hOsT-", "__Host-Http-", "__host-HTTP-"]) {
    it(`SEC-31 rejects ${prefix} with a domain, with a path, and without Secure`, () => {
      rejects({ name: `${prefix}s`, domain: "example.com" });
      rejects({ name: `${prefix}s`, path: "/app" });
      rejects({ name: `${prefix}s`, secure: false });
      expect(() => construct({ name: `${prefix}s`, path: "/" })).not.toThrow();
    });
  }

  for (const prefix of ["__Secure-", "__secure-", "__SECURE-", "__sEcUrE-"]) {
    it(`SEC-31 rejects ${prefix} without Secure, and accepts a domain and a path`, () => {
      rejects({ name: `${prefix}s`, secure: false });
      expect(() => construct({ name: `${prefix}s`, domain: "example.com", path: "/app" })).not.toThrow();
    });
  }

  for (const prefix of ["__Http-", "__http-", "__HTTP-", "__Host-Http-", "__HOST-HTTP-", "__hOsT-hTtP-"]) {
    it(`SEC-31 rejects ${prefix} without HttpOnly, and without Secure`, () => {
      rejects({ name: `${prefix}s`, httpOnly: false });
      rejects({ name: `${prefix}s`, secure: false });
      expect(() => construct({ name: `${prefix}s` })).not.toThrow();
    });
  }

  it("SEC-31 accepts any attributes for a name without a prefix", () => {
    expect(() =>
      construct({ name: "s", domain: "example.com", path: "/app", secure: false, httpOnly: false }),
    ).not.toThrow();
    // Browsers recognize a prefix only at the start of a name.
    for (const prefix of ["__Host-", "__Secure-", "__Http-", "__Host-Http-"]) {
      expect(() => construct({ name: `my${prefix}s`, path: "/app", secure: false, httpOnly: false })).not.toThrow();
    }
  });

  it("SEC-31 rejects SameSite=None and Partitioned without Secure, because browsers drop such cookies", () => {
    rejects({ name: "s", sameSite: "none", secure: false });
    rejects({ name: "s", partitioned: true, secure: false });
    expect(() => construct({ name: "s", sameSite: "none", partitioned: true })).not.toThrow();
  });

  it("SEC-37 rejects a name that is not a token", () => {
    const bad = [
      "",
      " ",
      "\ts",
      "s ",
      "s\n",
      "a\r\nb",
      "a\0b",
      "a\u007fb",
      "é",
      "a\u00a0b",
      "\ufeffs",
      "\u017f",
      "\u212a",
    ];
    for (const name of [...bad, ...'()<>@,;:\\"/[]?={}'.split("").map((separator) => `a${separator}b`)])
      rejects({ name });
  });

  it("SEC-37 rejects a path that does not start with a slash, or has control characters, semicolons or non-ASCII characters", () => {
    for (const path of [
      "",
      "app",
      " /",
      "/a;b",
      "/a; Domain=evil.com",
      "/a\r\nX: y",
      "/\n",
      "/\0",
      "/\t",
      "/\u007f",
      "/é",
    ]) {
      rejects({ name: "s", path });
    }
  });

  it("SEC-37 rejects a domain that is not a host name", () => {
    for (const domain of [" ", "a b", "a;b", "a,b", "a\r\nX: y", "example.com\n", "a\0", "é.com", "a/b", "a:443"]) {
      rejects({ name: "s", domain });
    }
  });

  it("SEC-37 rejects any other SameSite", () => {
    for (const sameSite of [
      "",
      "Lax",
      "xlax",
      "laxx",
      "lax\r\nX: y",
      "lax; Domain=evil.com",
      "constructor",
      "__proto__",
    ]) {
      rejects({ name: "s", sameSite: sameSite as "lax" });
    }
  });

  it("rejects a path or domain longer than browsers accept", () => {
    rejects({ name: "s", path: `/${"a".repeat(1024)}` });
    rejects({ name: "s", domain: "a".repeat(1025) });
    expect(() => construct({ name: "s", path: `/${"a".repeat(1023)}` })).not.toThrow();
  });
});
