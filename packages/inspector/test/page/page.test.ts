import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { csrfToken } from "@coatcheck/csrf";
import { modes, secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { setUp } from "../support/app-with-inspector.ts";
import { textOf } from "../support/page-text.ts";

/** Texts that would run a script or break out of their element if they were not escaped. */
const HOSTILE = [
  `</script><img src=x onerror="alert(1)">`,
  "</code></pre><script>alert(1)</script>",
  `"><svg onload='alert(1)'>`,
  "<!--",
  "&lt;b&gt;",
  "\u2028\u0000\ud800",
];

for (const { name, mode } of modes()) {
  describe(`the page with ${name}`, () => {
    it("escapes everything that is in a session", async () => {
      const { visitor } = setUp({ mode: mode() });
      const eve = visitor();
      await eve.visit((session) => session.set("empty", true));
      const harmlessTags = tagsIn(await eve.page());
      await eve.visit((session) => {
        for (const text of HOSTILE) session.set(text, { [text]: [text] });
        session.bind("<b>eve</b>&amp;");
        session.flash("notice", HOSTILE[0] ?? "");
      });
      const page = await eve.page();
      for (const tag of tagsIn(page)) expect(harmlessTags).toContain(tag);
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page.match(/<\/script/g)).toHaveLength(1);
      expect(textOf(page)).toContain("Subject <b>eve</b>&amp;");
      expect(textOf(page)).toContain(JSON.stringify(HOSTILE[0]));
    });
  });
}

/** The tags of a page, without the values of their attributes. */
function tagsIn(page: string): string[] {
  const tags = page.replace(/<style[\s\S]*?<\/style>|<script[\s\S]*?<\/script>/g, "").match(/<[^>]*>/g) ?? [];
  return tags.map((tag) => tag.replace(/="[^"]*"/g, "=").replace(/ hidden/, ""));
}

describe("the page", () => {
  it("escapes characters that are invisible or change the direction of text", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    const text = "\u202egnp.exe\u2066\u200b\ufeff\u0085";
    await eve.visit((session) => {
      session.set(text, text);
      session.bind(text);
    });
    const page = await eve.page();
    expect(page).not.toMatch(/[\p{Bidi_Control}\u200b\ufeff\u0085]/u);
    const escaped = "\\u202egnp.exe\\u2066\\u200b\\ufeff\\u0085";
    expect(textOf(page)).toContain(`Subject ${escaped}`);
    expect(textOf(page)).toContain(`"${escaped}": "${escaped}"`);
  });

  it("hides the secret of CSRF tokens in both places that show extension data", async () => {
    const { visitor } = setUp({ mode: signedCookie({ secrets: secret() }) });
    const eve = visitor();
    await eve.visit((session) => csrfToken(session));
    const header = await eve.client.cookieHeader();
    const payload = JSON.parse(atob(header.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? ""));
    const page = await eve.page();
    expect(payload.c.n.csrf).toHaveLength(43);
    expect(page.includes(payload.c.n.csrf)).toBe(false);
    expect(textOf(page).match(/"csrf": "\(a secret, not shown\)"/g)).toHaveLength(2);
  });

  it("says that anyone can read a signed cookie", async () => {
    const { visitor } = setUp({ mode: signedCookie({ secrets: secret() }) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", ["book"]));
    const text = textOf(await eve.page());
    expect(text).toContain("Anyone who has this cookie can read its content");
    expect(text).toMatch(/Header eyJ\w+ 43 characters \{ "alg": "HS256", "kid": "[\w-]{8}" \}/);
    expect(text).toMatch(/Payload eyJ[\w-]{57} ••••••/);
    expect(text).toContain('"c": { "d": { "cart": [ "book" ] } }');
  });

  it("compares each cookie with the limit of browsers, and names the largest keys", async () => {
    const { visitor } = setUp({ mode: signedCookie({ secrets: secret(), chunks: 2 }) });
    const eve = visitor();
    await eve.visit((session) => {
      session.set("short", 1);
      session.set("long", "é".repeat(2000));
    });
    const page = await eve.page();
    const text = textOf(page);
    expect(text).toContain("__Host-session 4,096 of 4,096 bytes");
    expect(text).toContain("Joined from 2 cookies: __Host-session, __Host-session.1.");
    expect(text).toContain("Key Bytes of JSON long 4,002 short 1 ");
    const header = await eve.client.cookieHeader();
    const weights = header.split("; ").map((cookie) => cookie.length - 1);
    const sum = weights.reduce((bytes, weight) => bytes + weight);
    expect(text).toContain(`Together ${sum.toLocaleString("en")} bytes, with every request.`);
    const meters = [...page.matchAll(/<meter [^>]*value="(\d+)"/g)].map(([, bytes]) => Number(bytes));
    expect(meters).toEqual(weights);
  });

  it("cuts off a large session", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.visit((session) => {
      for (let key = 0; key < 12; key++) session.set(`key ${key}`, "x".repeat(20_000));
    });
    const page = await eve.page();
    expect(page.length).toBeLessThan(100_000);
    expect(textOf(page)).toMatch(/… and \d+ more characters/);
    expect(textOf(page)).toContain("And 4 more.");
  });

  it("says whether the session's cookie outlives the browser", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    expect(textOf(await eve.page())).toContain("Lasts until the browser is closed");
    await eve.visit((session) => {
      session.set("cart", []);
      session.persistent = true;
    });
    expect(textOf(await eve.page())).toContain("Lasts as long as the session (Max-Age)");
  });
});
