import { isCookieKind } from "../sessions/storage-kind.ts";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser, labManager } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const newId: Scenario = {
  slug: "new-id",
  title: "A login changes the id",
  summary:
    "Whoever planted a session id before the login would share the session after it. So a login gives a new id, and the old one is dead before the new cookie leaves.",
  code: `session.bind("eve");          // who this is, after they proved it
// or, with @coatcheck/auth, what a login is besides:
await login(session, "eve", { method: "password" });

session.id;                   // safe to show: a hash, and no cookie`,

  Try: ({ kind, session, toAction }) => (
    <>
      <p>
        {session.id === undefined ? (
          "Your own session has no id yet, for nothing was stored in it."
        ) : (
          <>
            Your own session has the public id <code class="id">{short(session.id)}</code>
          </>
        )}
      </p>
      <ButtonForm action={toAction("login")}>Log in, with a thief who knew the id</ButtonForm>
      {isCookieKind(kind.kind) && <p>In a cookie the id is a random name; what ended is noted on the server.</p>}
    </>
  ),

  actions: {
    async login({ kind }) {
      const victim = labBrowser(labManager<{ coat: string }>(kind));
      await victim.visit((session) => session.set("coat", "grey"));
      const before = await victim.visit(({ id }) => id);
      const thief = victim.copy();
      await victim.visit((session) => session.bind("eve"));
      const after = await victim.visit(({ id }) => id);
      const stolen = await thief.visit(({ isNew }) => isNew);
      await victim.visit((session) => session.destroy());
      return [
        { tried: "id before the login", result: short(before) },
        { tried: "id after it", result: short(after) },
        { tried: "the thief, with the old cookie", result: stolen ? "is a stranger" : "is logged in" },
      ];
    },
  },
};

/** Enough of an id to see that it is another. */
function short(id = "none"): string {
  return `${id.slice(0, 8)}…`;
}
