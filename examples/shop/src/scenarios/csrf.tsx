import { csrfToken } from "@coatcheck/csrf";
import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";

export const csrf: Scenario = {
  slug: "csrf",
  title: "A form of another site is refused",
  summary:
    "Each request that changes something is checked twice: the browser says which site it comes from, and behind a login the form carries a token of the session, masked afresh on each page.",
  code: `app.use(csrf());                                // by headers
app.use("/dashboard", csrf({ tokens: true }));  // and a token

<input type="hidden" name="csrf_token"
       value={csrfToken(session)} />`,
  needsToken: true,

  Try: ({ session, origin, toAction }) => {
    const token = csrfToken(session);
    return (
      <>
        <div class="buttons">
          <ButtonForm action={toAction("send")} token={token}>
            Send with its token
          </ButtonForm>
          <ButtonForm action={toAction("send")} quiet>
            Send without a token
          </ButtonForm>
          <ButtonForm action={toAction("send")} token={tampered(token)} quiet>
            Send with a changed token
          </ButtonForm>
        </div>
        <p>What another site would make your browser send, from a terminal:</p>
        <pre>curl -d item=book -H 'Origin: https://evil.example' {origin}/add_to_cart</pre>
      </>
    );
  },

  actions: {
    send: () => [{ tried: "the form with its token", result: "was let through" }],
  },
};

/** With its first character changed to another of the alphabet. */
function tampered(token: string): string {
  return (token.startsWith("A") ? "B" : "A") + token.slice(1);
}
