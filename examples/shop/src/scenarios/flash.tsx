import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";

export const flash: Scenario = {
  slug: "flash",
  title: "A message that is shown once",
  summary:
    "After a form comes a redirect, and the next page says what happened. It reads the message, and the message is gone. Reload the page to see that.",
  code: `session.flash("notice", "Your coat was taken");
session.flash("error", "There is no hook left");
return c.redirect("/cloakroom", 303);

// On the next page, and only there:
session.flashed("notice");`,

  Try: ({ toAction }) => (
    <div class="buttons">
      <ButtonForm action={toAction("notice")}>Flash a notice</ButtonForm>
      <ButtonForm action={toAction("error")} quiet>
        Flash an error
      </ButtonForm>
      <ButtonForm action={toAction("both")} quiet>
        Flash both
      </ButtonForm>
    </div>
  ),

  actions: {
    notice({ session }) {
      session.flash("notice", "Your coat was taken");
      return undefined;
    },
    error({ session }) {
      session.flash("error", "There is no hook left");
      return undefined;
    },
    both({ session }) {
      session.flash("notice", "Your coat was taken");
      session.flash("error", "There is no hook left for the hat");
      return undefined;
    },
  },
};
