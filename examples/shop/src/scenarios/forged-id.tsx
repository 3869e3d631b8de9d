import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const forgedId: Scenario = {
  slug: "forged-id",
  title: "A made-up session id",
  summary:
    "A path, a number or a bit of SQL in the cookie: coatcheck checks the form of an id before it queries the store, and never adopts an id that it has not issued.",
  code: `// Cookie: __Host-lab=../../etc/passwd
const session = await sessions.open(request);
session.isNew;  // true: a new visitor, not an error
// onEvent: { type: "rejected", reason: "malformed" }`,
  shownWith: "an empty memory store",

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
      // Browsers cannot send characters that a header cannot contain.
      const sendable = value.replace(/[^\x20-\x7e]/g, "");
      const isNew = await labBrowser(sessions, `__Host-lab=${sendable}`).visit((session) => session.isNew);
      return [
        { tried: "The cookie", result: sendable.length > 60 ? `${sendable.slice(0, 60)}…` : sendable },
        { tried: "The visitor", result: isNew ? "is a new visitor" : "has a session" },
        { tried: "The reason", result: reason },
        { tried: "The store", result: reads === 0 ? "was not queried" : `was queried ${reads} time, with a hash` },
      ];
    },
  },
};
