import { SessionTooLargeError } from "@coatcheck/core";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const cookieSize: Scenario = {
  slug: "cookie-size",
  title: "Too large for a cookie",
  summary:
    "A browser silently ignores a cookie above 4096 bytes, and the visitor loses the session. coatcheck lets the request fail before anything is written, and the error names the largest values.",
  code: `session.set("note", text);
// The commit throws SessionTooLargeError,
// code SESSION_TOO_LARGE. The session stays unchanged.

signedCookie({ secrets, chunks: 4 });  // up to 16 kB
serverSide(store);                     // or on the server`,

  Try: ({ toAction }) => (
    <form method="post" action={toAction("fill")}>
      <label for="kilobytes">Size of a note, in kilobytes</label>
      <select id="kilobytes" name="kilobytes">
        {[1, 2, 3, 4, 8].map((size) => (
          <option value={String(size)} selected={size === 4}>
            {size}
          </option>
        ))}
      </select>
      <button type="submit">Put it into a session</button>
    </form>
  ),

  actions: {
    async fill({ storage }, { kilobytes = "1" }) {
      const size = Math.min(Math.max(Number(kilobytes) || 1, 1), 8);
      const browser = labBrowser(labManager<{ note: string }>(storage));
      const tried = `A note of ${size} kB`;
      try {
        await browser.visit((session) => session.set("note", "coat".repeat(size * 256)));
      } catch (error) {
        if (!(error instanceof SessionTooLargeError)) throw error;
        return [{ tried, result: `${error.code}: ${error.message}` }];
      }
      const length = browser.setCookie?.split(";", 1)[0]?.length;
      await browser.visit((session) => session.destroy());
      return [{ tried, result: `fits: the cookie has ${length} bytes` }];
    },
  },
};
