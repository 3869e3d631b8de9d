import type { SessionStorage } from "../sessions/storages.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const persistent: Scenario = {
  slug: "persistent",
  title: "Until the browser closes, or longer",
  summary:
    "The browser deletes a cookie without Max-Age when it closes. One property decides this for the current session. The server enforces the timeouts in both cases.",
  code: `session.persistent = true;   // cookie with Max-Age
session.persistent = false;  // cookie ends with the browser

// For all sessions of a manager:
new SessionManager({ mode, persistent: true });`,

  Try: ({ session, toAction }) => (
    <>
      <p>
        Your session {session.persistent ? "outlives the browser." : "ends with the browser."} These buttons change your
        own cookie:
      </p>
      <div class="buttons">
        <ButtonForm action={toAction("keep")}>Keep it longer</ButtonForm>
        <ButtonForm action={toAction("drop")} quiet>
          End it with the browser
        </ButtonForm>
      </div>
    </>
  ),

  actions: {
    keep: async ({ storage, session }) => {
      session.persistent = true;
      return [{ tried: "Attributes of the cookie", result: await attributesOf(storage, true) }];
    },
    drop: async ({ storage, session }) => {
      session.persistent = false;
      return [{ tried: "Attributes of the cookie", result: await attributesOf(storage, false) }];
    },
  },
};

/** The attributes of a session cookie, without its value. */
async function attributesOf(storage: SessionStorage, isPersistent: boolean): Promise<string> {
  const browser = labBrowser(labManager<{ seen: boolean }>(storage));
  await browser.visit((session) => {
    session.persistent = isPersistent;
    session.set("seen", true);
  });
  const [, ...attributes] = (browser.setCookie ?? "").split("; ");
  await browser.visit((session) => session.destroy());
  return attributes.join("; ");
}
