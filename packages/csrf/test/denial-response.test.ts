import { type CsrfReason, denialResponse } from "@coatcheck/csrf";
import { describe, expect, it } from "vitest";

const REASONS: readonly CsrfReason[] = [
  "cross-site",
  "same-site",
  "origin-mismatch",
  "origin-missing",
  "token-missing",
  "token-invalid",
];

const respond = (reason: CsrfReason, headers: Record<string, string> = {}) =>
  denialResponse(new Request("https://localhost/pay?secret=1", { method: "POST", headers }), { reason });

describe("denialResponse", () => {
  for (const reason of REASONS) {
    it(`answers 403 with the reason ${reason} as JSON to programs`, async () => {
      for (const headers of [{}, { Accept: "*/*" }, { Accept: "application/json" }]) {
        const response = respond(reason, headers);
        expect(response.status).toBe(403);
        expect(response.headers.get("Content-Type")).toMatch(/^application\/json/);
        expect(await response.json()).toEqual({ error: "csrf", reason });
      }
    });

    it(`answers 403 with a sentence for ${reason} to browsers`, async () => {
      const response = respond(reason, { Accept: "Text/HTML,application/xhtml+xml,*/*;q=0.8" });
      expect(response.status).toBe(403);
      expect(response.headers.get("Content-Type")).toMatch(/^text\/plain/);
      const text = await response.text();
      expect(text).toContain(`(${reason})`);
      expect(text.includes("Reload")).toBe(reason.startsWith("token"));
    });
  }

  it("is not stored by caches", () => {
    const { headers } = respond("cross-site");
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("Vary")).toBe("Accept, Origin, Sec-Fetch-Site");
  });
});
