import { csrfToken } from "@coatcheck/csrf";
import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";

export const csrf: Scenario = {
  slug: "csrf",
  title: "Forms of other sites are denied",
  summary:
    "Every request that changes something is checked: the browser says which site it comes from. After a login, forms also carry a token of the session, which is masked differently on every page.",
  code: `// Checks the headers:
app.use(csrf());
// Also requires a token:
app.use("/dashboard", csrf({ tokens: true }));

<input type="hidden" name="csrf_token"
       value={csrfToken(session)} />`,
  needsToken: true,

  Try: ({ session, origin, toAction }) => {
    const token = csrfToken(session);
    return (
      <>
        <div class="buttons">
          <ButtonForm action={toAction("send")} token={token}>
            Send with the token
          </ButtonForm>
          <ButtonForm action={toAction("send")} quiet>
            Send without a token
          </ButtonForm>
          <ButtonForm action={toAction("send")} token={changed(token)} quiet>
            Send with a changed token
          </ButtonForm>
        </div>
        <p>To imitate the form of another site, send this from a terminal:</p>
        <pre>curl -d item=book -H 'Origin: https://evil.example' {origin}/add_to_cart</pre>
      </>
    );
  },

  actions: {
    send: () => [{ tried: "The form with the token", result: "accepted" }],
  },
};

/** The token with another first character. */
function changed(token: string): string {
  return (token.startsWith("A") ? "B" : "A") + token.slice(1);
}
