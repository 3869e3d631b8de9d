import { SessionManager, signedCookie, WeakSecretError } from "@coatcheck/core";
import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";

export const weakSecret: Scenario = {
  slug: "weak-secret",
  title: "A weak secret is refused",
  summary:
    "Whoever guesses the secret signs sessions of their own. Short, repeated and well-known ones are refused when the server starts, and not when it is broken into.",
  code: `new SessionManager({
  mode: signedCookie({ secrets: process.env["SESSION_SECRET"] ?? "" }),
});
// WeakSecretError, code WEAK_SECRET, at the start.
// A good one: npx coatcheck secret`,
  shownWith: "signed cookies",

  Try: ({ toAction }) => (
    <>
      <form method="post" action={toAction("check")}>
        <label for="secret">A secret to try, none that you use</label>
        <input id="secret" name="secret" required autocomplete="off" />
        <button type="submit">Make a manager with it</button>
      </form>
      <div class="buttons">
        {["hunter2", "keyboard cat keyboard cat keyboard cat", "a".repeat(64)].map((secret) => (
          <ButtonForm action={toAction("check")} fields={{ secret }} quiet>
            {secret.slice(0, 16)}
            {secret.length > 16 && "…"}
          </ButtonForm>
        ))}
      </div>
    </>
  ),

  actions: {
    check(_, { secret = "" }) {
      const tried = `a secret of ${secret.length} characters`;
      try {
        new SessionManager({ mode: signedCookie({ secrets: secret }) });
        return [{ tried, result: "is taken" }];
      } catch (error) {
        if (!(error instanceof WeakSecretError)) throw error;
        return [{ tried, result: `${error.code}: ${error.message}` }];
      }
    },
  },
};
