import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const everywhere: Scenario = {
  slug: "everywhere",
  title: "Log out everywhere",
  summary:
    "A phone was lost, or a password has changed: all sessions of a user end at once, except the current one. This also works for sessions in cookies, with one small record on the server.",
  code: `// All sessions, all others, or one:
await sessions.revokeAll("eve");
await sessions.revokeAll("eve", { except: session.id });
await sessions.revoke(sessionId);

// For sessions in cookies, this option enables them:
signedCookie({ secrets, revocations: store });`,

  Try: ({ toAction }) => (
    <>
      <ButtonForm action={toAction("leave")}>Log in three browsers, log out all but one</ButtonForm>
      <p>
        To try it yourself, log in with two browsers and open <a href="/devices">your devices</a>.
      </p>
    </>
  ),

  actions: {
    async leave({ storage }) {
      const sessions = labManager<Record<string, never>>(storage);
      // A name that belongs to no user and to no other visitor of this page.
      const subject = `lab ${crypto.randomUUID()}`;
      const names = ["Laptop", "Phone", "Library"];
      const browsers = names.map(() => labBrowser(sessions));
      for (const browser of browsers) await browser.visit((session) => session.bind(subject));
      const [laptop] = browsers;
      await sessions.revokeAll(subject, { except: await laptop?.visit(({ id }) => id) });
      const findings = [];
      for (const [index, browser] of browsers.entries()) {
        const user = await browser.visit((session) => session.subject);
        findings.push({ tried: names[index] ?? "", result: user === undefined ? "logged out" : "still logged in" });
      }
      await laptop?.visit((session) => session.destroy());
      return findings;
    },
  },
};
