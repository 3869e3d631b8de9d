import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";

export const flash: Scenario = {
  slug: "flash",
  title: "A message that is shown once",
  summary:
    "After a form comes a redirect, and the page behind it says what happened. The next request reads the message, and no other; reload to see it gone.",
  code: `session.flash("notice", "Your coat was taken");
session.flash("error", "There is no hook left");
return c.redirect("/cloakroom", 303);

// On the next page, and only there:
session.flashed("notice");`,

  Try: ({ toAction }) => (
    <div class="buttons">
      <ButtonForm action={toAction("notice")}>Leave a notice</ButtonForm>
      <ButtonForm action={toAction("error")} quiet>
        Leave an error
      </ButtonForm>
      <ButtonForm action={toAction("both")} quiet>
        Leave both
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
