import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const everywhere: Scenario = {
  slug: "everywhere",
  title: "Log out everywhere",
  summary:
    "A phone was lost, a password has changed: all sessions of a user end at once, but for this one. In cookies too, where one small record on the server says so.",
  code: `// All, all others, or one:
await sessions.revokeAll("eve");
await sessions.revokeAll("eve", { except: session.id });
await sessions.revoke(sessionId);

// In cookies too:
signedCookie({ secrets, revocations: store });`,

  Try: ({ toAction }) => (
    <>
      <ButtonForm action={toAction("leave")}>Three browsers, and log out the others</ButtonForm>
      <p>
        With your own: log in on two browsers, and open <a href="/devices">your devices</a>.
      </p>
    </>
  ),

  actions: {
    async leave({ kind }) {
      const sessions = labManager<Record<string, never>>(kind);
      // A name that no user has, and no other visitor of this page.
      const subject = `lab ${crypto.randomUUID()}`;
      const names = ["laptop", "phone", "library"];
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
