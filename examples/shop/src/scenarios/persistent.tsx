import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const persistent: Scenario = {
  slug: "persistent",
  title: "Until the browser closes, or longer",
  summary:
    "A cookie without Max-Age goes with the browser. One property decides for this session, and the timeouts hold on the server either way.",
  code: `session.persistent = true;   // Max-Age on the cookie
session.persistent = false;  // ends with the browser

// For all sessions of a manager:
new SessionManager({ mode, persistent: true });`,

  Try: ({ session, toAction }) => (
    <>
      <p>
        Your session {session.persistent ? "outlives the browser." : "ends with the browser."} Your own cookie is
        changed by these:
      </p>
      <div class="buttons">
        <ButtonForm action={toAction("keep")}>Keep it</ButtonForm>
        <ButtonForm action={toAction("drop")} quiet>
          Until the browser closes
        </ButtonForm>
      </div>
    </>
  ),

  actions: {
    keep: async ({ kind, session }) => {
      session.persistent = true;
      return [{ tried: "attributes of the cookie", result: await attributesOf(kind, true) }];
    },
    drop: async ({ kind, session }) => {
      session.persistent = false;
      return [{ tried: "attributes of the cookie", result: await attributesOf(kind, false) }];
    },
  },
};

/** As a cookie of that kind is set, without its value. */
async function attributesOf(kind: Parameters<typeof labManager>[0], isPersistent: boolean): Promise<string> {
  const browser = labBrowser(labManager<{ seen: boolean }>(kind));
  await browser.visit((session) => {
    session.persistent = isPersistent;
    session.set("seen", true);
  });
  const { setCookie = "" } = browser;
  await browser.visit((session) => session.destroy());
  return setCookie.slice(setCookie.indexOf(";") + 2);
}
