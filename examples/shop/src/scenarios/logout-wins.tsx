import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const logoutWins: Scenario = {
  slug: "logout-wins",
  title: "A logout always wins",
  summary:
    "A user logs out while a slow request is still running. In most libraries, the save of that request restores the session. In coatcheck, an update never recreates a session that has ended.",
  code: `// In one tab, slow:
session.set("report", await slowReport());

// In another tab, in the meantime:
session.destroy();
// The slow request finishes: it writes nothing
// and sends no cookie.`,

  Try: ({ toAction }) => <ButtonForm action={toAction("race")}>Log out while a slow request runs</ButtonForm>,

  actions: {
    async race({ storage }) {
      const dropped: string[] = [];
      const sessions = labManager<{ report: string }>(storage, {
        onEvent: ({ type }) => {
          if (type === "write-dropped") dropped.push(type);
        },
      });
      const tab = labBrowser(sessions);
      await tab.visit((session) => session.bind("eve"));
      const slowTab = tab.copy();
      const thief = tab.copy();
      const reportIsReady = Promise.withResolvers<void>();
      const slowHasStarted = Promise.withResolvers<void>();
      const slowRequest = slowTab.visit(async (session) => {
        slowHasStarted.resolve();
        await reportIsReady.promise;
        session.set("report", "ready");
      });
      await slowHasStarted.promise;
      await tab.visit((session) => session.destroy());
      reportIsReady.resolve();
      await slowRequest;
      const user = await thief.visit(({ subject }) => subject);
      return [
        { tried: "The slow request", result: `finished; ${dropped.length} write dropped` },
        { tried: "Its response", result: slowTab.setCookie === undefined ? "set no cookie" : "set a cookie" },
        { tried: "The old cookie", result: user === undefined ? "not logged in" : "still logged in" },
      ];
    },
  },
};
