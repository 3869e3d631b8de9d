import { SessionManager, signedCookie, WeakSecretError } from "@coatcheck/core";
import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";

export const weakSecret: Scenario = {
  slug: "weak-secret",
  title: "Weak secrets are rejected",
  summary:
    "An attacker who guesses the secret can sign any session. coatcheck rejects short, repetitive and well-known secrets when the server starts, before an attacker finds them.",
  code: `new SessionManager({
  mode: signedCookie({ secrets: process.env["SESSION_SECRET"] ?? "" }),
});
// WeakSecretError, code WEAK_SECRET, at the start.
// To generate a strong secret: npx coatcheck secret`,
  shownWith: "signed cookies",

  Try: ({ toAction }) => (
    <>
      <form method="post" action={toAction("check")}>
        <label for="secret">A secret to try (not one that you use)</label>
        <input id="secret" name="secret" required autocomplete="off" />
        <button type="submit">Create a manager with it</button>
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
      const tried = `A secret of ${secret.length} characters`;
      try {
        new SessionManager({ mode: signedCookie({ secrets: secret }) });
        return [{ tried, result: "accepted" }];
      } catch (error) {
        if (!(error instanceof WeakSecretError)) throw error;
        return [{ tried, result: `${error.code}: ${error.message}` }];
      }
    },
  },
};
