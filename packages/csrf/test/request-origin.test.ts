import { type CsrfOptions, type CsrfReason, csrfProtection } from "@coatcheck/csrf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const SHOP = "https://shop.example";
const EVIL = "https://evil.example";

/** `"ok"`, or the reason of the denial, for a POST with these headers. */
async function verdict(headers: Record<string, string>, options: CsrfOptions = {}, init: RequestInit = {}) {
  const result = await csrfProtection(options).check(new Request(`${SHOP}/pay`, { method: "POST", headers, ...init }));
  return result.ok ? "ok" : result.reason;
}

/** A request with a missing or malformed Host, as Bun passes it on. */
function withoutOrigin(url: string): Request {
  return { method: "POST", url, headers: new Headers({ Origin: SHOP }) } as Request;
}

const UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "QUERY"];

describe("csrfProtection with Sec-Fetch-Site", () => {
  const expected: Record<string, "ok" | CsrfReason> = {
    "same-origin": "ok",
    none: "ok",
    "same-site": "same-site",
    "cross-site": "cross-site",
  };
  for (const [site, result] of Object.entries(expected)) {
    it(`SEC-50 ${result === "ok" ? "passes" : "denies"} an unsafe method from ${site}`, async () => {
      for (const method of UNSAFE) {
        expect(await verdict({ "Sec-Fetch-Site": site }, {}, { method }), method).toBe(result);
      }
    });
  }

  it("SEC-50 denies cross-site and same-site even with the Origin of this site", async () => {
    expect(await verdict({ "Sec-Fetch-Site": "cross-site", Origin: SHOP })).toBe("cross-site");
    expect(await verdict({ "Sec-Fetch-Site": "same-site", Origin: SHOP })).toBe("same-site");
  });

  it("SEC-50 passes safe methods from any site", async () => {
    for (const method of ["GET", "HEAD", "OPTIONS", "get"]) {
      expect(await verdict({ "Sec-Fetch-Site": "cross-site", Origin: EVIL }, {}, { method }), method).toBe("ok");
    }
  });

  it("SEC-50 checks TRACE, unknown methods, and methods that a server passes on in lower case", async () => {
    for (const method of ["get", "TRACE", "Options", "post-it", ""]) {
      const request = { method, url: SHOP, headers: new Headers({ "Sec-Fetch-Site": "cross-site" }) } as Request;
      expect(await csrfProtection().check(request), method).toEqual({ ok: false, reason: "cross-site" });
    }
  });
});

describe("csrfProtection without Sec-Fetch-Site", () => {
  it("SEC-50 passes only with the Origin of this site", async () => {
    expect(await verdict({ Origin: SHOP })).toBe("ok");
    expect(await verdict({})).toBe("origin-missing");
    expect(await verdict({ Origin: "" })).toBe("origin-missing");
    expect(await verdict({ Referer: `${SHOP}/cart`, Host: "shop.example" })).toBe("origin-missing");
  });

  for (const origin of [
    EVIL,
    "null",
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://shop.example@evil.example",
    "https://shop.example/",
    "https://SHOP.example",
    "shop.example",
    `${SHOP} ${EVIL}`,
    `${SHOP}, ${EVIL}`,
    `${SHOP}, ${SHOP}`,
  ]) {
    it(`SEC-50 denies the Origin ${origin}`, async () => {
      expect(await verdict({ Origin: origin })).toBe("origin-mismatch");
    });
  }

  it("SEC-50 denies the Origin null even when the URL of the request has no origin either", async () => {
    const request = { method: "POST", url: "shop:/pay", headers: new Headers({ Origin: "null" }) } as Request;
    expect(await csrfProtection().check(request)).toEqual({ ok: false, reason: "origin-mismatch" });
  });

  it("SEC-50 ignores an unknown, misspelled or repeated Sec-Fetch-Site, and lets Origin decide", async () => {
    for (const site of ["", "Same-Origin", "SAME-ORIGIN", '"same-origin"', "same-origin;x", "top-level", "None"]) {
      expect(await verdict({ "Sec-Fetch-Site": site }), site).toBe("origin-missing");
      expect(await verdict({ "Sec-Fetch-Site": site, Origin: EVIL }), site).toBe("origin-mismatch");
      expect(await verdict({ "Sec-Fetch-Site": site, Origin: SHOP }), site).toBe("ok");
    }
    const twice = new Headers({ Origin: EVIL });
    for (const site of ["same-origin", "cross-site"]) twice.append("Sec-Fetch-Site", site);
    expect(await verdict(Object.fromEntries(twice))).toBe("origin-mismatch");
  });

  it("compares origins without the default port, as browsers write them", async () => {
    const request = new Request("https://shop.example:443/pay", { method: "POST", headers: { Origin: SHOP } });
    expect(await csrfProtection().check(request)).toEqual({ ok: true });
  });
});

describe("csrfProtection for any content type", () => {
  const bypasses: Record<string, Record<string, string>> = {
    "without a Content-Type (GHSA-2234-fmw7-43wr)": {},
    "with one in capitals (CVE-2024-43787)": { "Content-Type": "APPLICATION/X-WWW-FORM-URLENCODED" },
    "with one in mixed case": { "Content-Type": "Text/Plain" },
    "with parameters (GHSA-vm6g-8r4h-22x8)": { "Content-Type": "multipart/form-data; boundary=x" },
    "with several in one (CVE-2022-41919)": { "Content-Type": "text/plain; application/json" },
    "as JSON, which a preflight has allowed": { "Content-Type": "application/json" },
    "with a header that scripts send": { "X-Requested-With": "XMLHttpRequest" },
    "that says it is a GET": { "X-HTTP-Method-Override": "GET" },
  };
  for (const [name, headers] of Object.entries(bypasses)) {
    it(`SEC-50 denies a request of another site ${name}`, async () => {
      // A string would add a Content-Type, and a stream does not.
      const body = () => new Blob(["amount=1000"]).stream();
      const init = () => ({ body: body(), duplex: "half" }) as RequestInit;
      expect(await verdict({ ...headers, "Sec-Fetch-Site": "cross-site", Origin: EVIL }, {}, init())).toBe(
        "cross-site",
      );
      expect(await verdict({ ...headers, Origin: EVIL }, {}, init())).toBe("origin-mismatch");
      expect(await verdict(headers, {}, init())).toBe("origin-missing");
      expect(await verdict({ ...headers, "Sec-Fetch-Site": "cross-site" })).toBe("cross-site");
    });
  }

  it("SEC-50 passes only requests of this site or of the user, for any header values", async () => {
    const site = fc.oneof(
      fc.constantFrom("same-origin", "same-site", "cross-site", "none"),
      fc.stringMatching(/^[ -~]*$/),
    );
    const origin = fc.oneof(fc.constantFrom(SHOP, EVIL, "null"), fc.webUrl(), fc.stringMatching(/^[ -~]*$/));
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(maybe(site), maybe(origin), maybe(fc.stringMatching(/^[ -~]*$/)), async (from, of, type) => {
        const headers = new Headers();
        if (from !== undefined) headers.set("Sec-Fetch-Site", from);
        if (of !== undefined) headers.set("Origin", of);
        if (type !== undefined) headers.set("Content-Type", type);
        // Headers removes surrounding spaces.
        const [known, origin] = [headers.get("Sec-Fetch-Site") ?? "", headers.get("Origin")];
        const isOwn = !["same-site", "cross-site"].includes(known) && origin === SHOP;
        const isRight = known === "same-origin" || known === "none" || isOwn;
        expect((await verdict(Object.fromEntries(headers))) === "ok").toBe(isRight);
      }),
      { numRuns: 500 },
    );
  });
});

describe("csrfProtection options", () => {
  it("trust exactly the listed origins", async () => {
    const options = { trustedOrigins: ["https://admin.shop.example", "http://localhost:5173"] };
    for (const site of ["cross-site", "same-site", undefined]) {
      const headers = (origin: string) => ({ Origin: origin, ...(site !== undefined && { "Sec-Fetch-Site": site }) });
      expect(await verdict(headers("https://admin.shop.example"), options)).toBe("ok");
      expect(await verdict(headers("http://localhost:5173"), options)).toBe("ok");
      for (const other of ["http://admin.shop.example", "https://x.admin.shop.example", "http://localhost", "null"]) {
        expect(await verdict(headers(other), options), other).toBe(site ?? "origin-mismatch");
      }
    }
    expect(await verdict({ "Sec-Fetch-Site": "cross-site" }, options)).toBe("cross-site");
  });

  it("SEC-50 replace the origin of the URL by the option origin, as behind a proxy", async () => {
    const check = async (headers: Record<string, string>, options?: CsrfOptions) => {
      const request = new Request("http://10.0.0.7:3000/pay", { method: "POST", headers });
      return (await csrfProtection(options).check(request)).ok;
    };
    expect(await check({ Origin: SHOP })).toBe(false);
    expect(await check({ Origin: SHOP }, { origin: SHOP })).toBe(true);
    expect(await check({ Origin: "http://10.0.0.7:3000" }, { origin: SHOP })).toBe(false);
    expect(await check({ "Sec-Fetch-Site": "same-origin", Origin: SHOP })).toBe(true);
  });

  it("call exempt for unsafe methods only, and exempt what it returns true for", async () => {
    const methods: string[] = [];
    const exempt = ({ url, method }: Request) => {
      methods.push(method);
      return new URL(url).pathname === "/pay";
    };
    expect(await verdict({}, { exempt })).toBe("ok");
    expect(await verdict({}, { exempt: (request) => new URL(request.url).pathname === "/" })).toBe("origin-missing");
    await verdict({}, { exempt }, { method: "GET" });
    expect(methods).toEqual(["POST"]);
  });

  it("reject an exempt that returns a promise, which would exempt everything", async () => {
    for (const wrong of [async () => false, () => undefined, () => 1, () => "no"]) {
      await expect(verdict({}, { exempt: wrong as never })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
  });

  it("are rejected at construction when they are invalid", () => {
    const origins = [
      "",
      "*",
      "null",
      "shop.example",
      `${SHOP}/`,
      `${SHOP}:443`,
      "https://*.shop.example/x",
      "HTTPS://a.b",
    ];
    const invalid = [...origins, "https://SHOP.example", "https://a@shop.example", "ftp://shop.example", 7, null];
    for (const origin of invalid as string[]) {
      expect(() => csrfProtection({ origin }), origin).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      expect(() => csrfProtection({ trustedOrigins: [SHOP, origin] }), origin).toThrow(/trustedOrigins/);
    }
    for (const wrong of [
      { trustedOrigins: SHOP },
      { trustedOrigins: new Set([SHOP]) },
      { trustedOrigins: {} },
      { exempt: ["/webhook"] },
      { tokens: "yes" },
      { tokens: 1 },
      { tokens: { header: "X CSRF" } },
      { tokens: { header: "" } },
      { tokens: { field: "" } },
      { tokens: null },
    ]) {
      expect(() => csrfProtection(wrong as never), JSON.stringify(wrong)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });
});

describe("csrfProtection for a request URL without an origin", () => {
  it.each(["/pay", "http://[::/pay"])("SEC-50 denies %s with a reason instead of an error", async (url) => {
    expect(await csrfProtection().check(withoutOrigin(url))).toEqual({ ok: false, reason: "origin-mismatch" });
  });

  it("uses the option origin", async () => {
    expect(await csrfProtection({ origin: SHOP }).check(withoutOrigin("/pay"))).toEqual({ ok: true });
  });
});
