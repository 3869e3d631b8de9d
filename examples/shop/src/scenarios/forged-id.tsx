import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const forgedId: Scenario = {
  slug: "forged-id",
  title: "An id that somebody made up",
  summary:
    "A path, a number, a bit of SQL in the cookie: its form is checked before anything is asked of the store, and an id that was never issued is never adopted.",
  code: `// Cookie: __Host-lab=../../etc/passwd
const session = await sessions.open(request);
session.isNew;  // true: a stranger, and no error
// onEvent: { type: "rejected", reason: "malformed" }`,
  shownWith: "a store in memory, in which nothing is",

  Try: ({ toAction }) => (
    <>
      <form method="post" action={toAction("send")}>
        <label for="value">Value of the cookie</label>
        <input id="value" name="value" required autocomplete="off" />
        <button type="submit">Send it</button>
      </form>
      <div class="buttons">
        {["../../etc/passwd", "123", "' OR 1=1 --", "A".repeat(43)].map((value) => (
          <ButtonForm action={toAction("send")} fields={{ value }} quiet>
            {value.length > 16 ? "43 times A" : value}
          </ButtonForm>
        ))}
      </div>
    </>
  ),

  actions: {
    async send(_, { value = "" }) {
      const store = memoryStore();
      let reads = 0;
      let reason = "no cookie of that name";
      const sessions = new SessionManager({
        mode: serverSide({
          ...store,
          load(key) {
            reads += 1;
            return store.load(key);
          },
        }),
        cookie: { name: "__Host-lab" },
        onEvent: (event) => {
          if (event.type === "rejected") reason = event.reason;
        },
      });
      // What no header can hold, no browser can send.
      const sendable = value.replace(/[^\x20-\x7e]/g, "");
      const isNew = await labBrowser(sessions, `__Host-lab=${sendable}`).visit((session) => session.isNew);
      return [
        { tried: "the cookie", result: sendable.length > 60 ? `${sendable.slice(0, 60)}…` : sendable },
        { tried: "the visitor", result: isNew ? "is a stranger" : "was taken for somebody" },
        { tried: "why", result: reason },
        { tried: "the store", result: reads === 0 ? "was not asked" : `was asked ${reads} time, for a hash` },
      ];
    },
  },
};
