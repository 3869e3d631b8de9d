import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const logoutWins: Scenario = {
  slug: "logout-wins",
  title: "A logout always wins",
  summary:
    "A slow request is under way while somebody logs out. In most libraries its save brings the session back. Here an update can never create.",
  code: `// In one tab, slow:
session.set("report", await slowReport());

// In another tab, meanwhile:
session.destroy();
// The slow one finishes: nothing is written, no cookie sent.`,

  Try: ({ toAction }) => <ButtonForm action={toAction("race")}>Log out while a slow request runs</ButtonForm>,

  actions: {
    async race({ kind }) {
      const dropped: string[] = [];
      const sessions = labManager<{ report: string }>(kind, {
        onEvent: ({ type }) => {
          if (type === "write-dropped") dropped.push(type);
        },
      });
      const tab = labBrowser(sessions);
      await tab.visit((session) => session.bind("eve"));
      const slowTab = tab.copy();
      const stolen = tab.copy();
      const reportIsReady = Promise.withResolvers<void>();
      const slowHasBegun = Promise.withResolvers<void>();
      const slow = slowTab.visit(async (session) => {
        slowHasBegun.resolve();
        await reportIsReady.promise;
        session.set("report", "ready");
      });
      await slowHasBegun.promise;
      await tab.visit((session) => session.destroy());
      reportIsReady.resolve();
      await slow;
      const after = await stolen.visit(({ subject }) => subject);
      return [
        { tried: "the slow request", result: `finished; ${dropped.length} write dropped` },
        { tried: "its answer", result: slowTab.setCookie === undefined ? "set no cookie" : "set a cookie" },
        { tried: "the old cookie", result: after === undefined ? "belongs to nobody" : "is still logged in" },
      ];
    },
  },
};
