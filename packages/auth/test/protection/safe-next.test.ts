import { safeNext } from "@coatcheck/auth";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const SHOP = "https://shop.example";

/** Where a browser goes with `Location: next`, from a page of the shop. */
function follow(next: string): URL {
  return new URL(next, `${SHOP}/a/b/login?next=x#y`);
}

describe("safeNext", () => {
  it("returns a path on this origin, with query and hash", () => {
    for (const path of [
      "/",
      "/orders",
      "/orders/7?page=2&sort=a%2Fb#top",
      "/a//b",
      "/@eve",
      "/a:b",
      "/x?to=https://e/",
    ]) {
      expect(safeNext(path)).toBe(path);
    }
  });

  it("encodes characters that a header cannot contain", () => {
    expect(safeNext("/käse?a=ü#ö")).toBe("/k%C3%A4se?a=%C3%BC#%C3%B6");
    expect(safeNext("/a b")).toBe("/a%20b");
    expect(safeNext("/\ud800")).toBe("/%EF%BF%BD");
  });

  it("returns the fallback when next is missing or not a string", () => {
    for (const nothing of [null, undefined, "", 7, {}, ["/a"], new File([], "/a")]) {
      expect(safeNext(nothing)).toBe("/");
      expect(safeNext(nothing, "/account?tab=1")).toBe("/account?tab=1");
    }
  });

  it("rejects a fallback that is not a path on this origin", () => {
    for (const wrong of ["", "account", "//evil.example", "https://evil.example/", "/\\evil.example", "/.//evil"]) {
      expect(() => safeNext("/fine", wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });

  const attacks = [
    ...[
      "//evil.example",
      "///evil.example",
      "////evil.example/%2e%2e",
      "//evil.example@shop.example",
      "//shop.example",
    ],
    ...[
      "\\evil.example",
      "\\\\evil.example",
      "/\\evil.example",
      "\\/evil.example",
      "/\\/evil.example",
      "/a\\..\\\\evil",
    ],
    ...["/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "/\t\\evil.example", "/a\n//b"],
    ...[
      "\u0000//evil.example",
      "/\u0000/evil.example",
      " //evil.example",
      " /fine",
      "\u00a0//evil.example",
      "/a\u007f",
    ],
    ...["javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "\u0001javascript:alert(1)"],
    ...["data:text/html,x", "blob:https://evil.example/1", "vbscript:x", "mailto:a@evil.example", "file:///etc/passwd"],
    ...["https:evil.example", "https:/evil.example", "https://evil.example", "http:///evil.example", "https:\\\\evil"],
    ...[
      `${SHOP}/orders`,
      `${SHOP}@evil.example/`,
      `${SHOP}.evil.example/`,
      "shop.example@evil.example",
      "evil.example",
    ],
    ...["/.//evil.example", "/..//evil.example", "/a/..//evil.example", "/%2e//evil.example", "/%2E%2e//evil.example"],
    ...["/././/evil.example", "/.\\/evil.example", "/..\\\\evil.example", "/a/%2e%2e//evil.example?x#y"],
    ...["／／evil.example", "∕∕evil.example", "⧸evil.example", "﹨evil.example", "。evil.example", "〱evil.example"],
    ...["?next=/a", "#a", "orders", "../orders", "../../orders", "*", "@evil.example", ":80/evil"],
    ...[
      "/search?q=a\\b",
      "/search#\\evil",
      `/${"a".repeat(2048)}`,
      `/${"é".repeat(1000)}`,
      `/${"a/../".repeat(500)}`,
      "/a\r\nSet-Cookie: a=b",
    ],
  ];
  for (const attack of attacks) {
    it(`SEC-54 returns the fallback instead of ${JSON.stringify(attack).slice(0, 60)}`, () => {
      expect(safeNext(attack, "/account")).toBe("/account");
    });
  }

  it("SEC-54 does not decode percent-encoded characters of the path", () => {
    for (const path of [
      "/%09/evil.example",
      "/%2Fevil.example",
      "/%5Cevil.example",
      "/%00",
      "/%0d%0aSet-Cookie:x",
      "/／evil",
    ]) {
      expect(follow(safeNext(path)).origin).toBe(SHOP);
      expect(safeNext(path)).toMatch(/^\/%/);
    }
  });

  it("SEC-54 returns a path on this origin that fits a header, for any input", () => {
    const pieces = fc.constantFrom(
      ...[
        "/",
        "\\",
        ".",
        "..",
        "//",
        "%2e",
        "%2F",
        "%5c",
        "%09",
        "\t",
        "\n",
        "\r",
        "\0",
        " ",
        "@",
        ":",
        "?",
        "#",
        ";",
        "&",
      ],
      ...[
        "https:",
        "http:",
        "javascript:",
        "data:",
        "evil.example",
        "shop.example",
        "a",
        "é",
        "／",
        "\ud800",
        "[",
        "]",
        "|",
      ],
    );
    const inputs = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.array(pieces, { maxLength: 12 }).map((parts) => `/${parts.join("")}`),
      fc.string({ unit: "binary" }),
      fc.webUrl(),
    );
    let accepted = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const next = safeNext(input, "/fallback");
        if (next !== "/fallback") accepted += 1;
        expect(next).toMatch(/^\/(?![/\\])[!-~]*$/);
        expect(next).not.toContain("\\");
        expect(next.length).toBeLessThanOrEqual(2048);
        expect(new URL(next, SHOP).origin).toBe(SHOP);
        expect(follow(next).origin).toBe(SHOP);
        // It resolves to the same origin on any host, and a second call changes nothing.
        expect(new URL(next, "http://localhost:3000").origin).toBe("http://localhost:3000");
        expect(safeNext(next)).toBe(next);
        expect(new Headers({ Location: next }).get("Location")).toBe(next);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});
