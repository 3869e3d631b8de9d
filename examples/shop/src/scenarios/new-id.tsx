import { isCookieKind } from "../sessions/storage-kind.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const newId: Scenario = {
  slug: "new-id",
  title: "A login changes the session id",
  summary:
    "An attacker who knows the session id before the login must not share the session after it. A login creates a new id, and the old one ends before the new cookie is sent.",
  code: `// After checking the password:
session.bind("eve");
// Or with @coatcheck/auth, which records the login as well:
await login(session, "eve", { method: "password" });

// Safe to show, because it is a hash and not the cookie:
session.id;`,

  Try: ({ storage, session, toAction }) => (
    <>
      <p>
        {session.id === undefined ? (
          "Your own session has no id yet, because nothing is stored in it."
        ) : (
          <>
            The public id of your own session is <code class="id">{abbreviate(session.id)}</code>
          </>
        )}
      </p>
      <ButtonForm action={toAction("login")}>Log in while a thief has the old cookie</ButtonForm>
      {isCookieKind(storage.kind) && (
        <p>For a session in a cookie, the id is a random name. The server records the ids that have ended.</p>
      )}
    </>
  ),

  actions: {
    async login({ storage }) {
      const victim = labBrowser(labManager<{ coat: string }>(storage));
      await victim.visit((session) => session.set("coat", "gray"));
      const before = await victim.visit(({ id }) => id);
      const thief = victim.copy();
      await victim.visit((session) => session.bind("eve"));
      const after = await victim.visit(({ id }) => id);
      const isThiefUnknown = await thief.visit(({ isNew }) => isNew);
      await victim.visit((session) => session.destroy());
      return [
        { tried: "Id before the login", result: abbreviate(before) },
        { tried: "Id after the login", result: abbreviate(after) },
        { tried: "The thief with the old cookie", result: isThiefUnknown ? "not logged in" : "logged in" },
      ];
    },
  },
};

/** The start of an id, enough to see whether it has changed. */
function abbreviate(id = "none"): string {
  return `${id.slice(0, 8)}…`;
}
