import { randomBytes } from "node:crypto";
import { type RejectReason, type Secrets, SessionManager, signedCookie } from "@coatcheck/core";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const keyRotation: Scenario = {
  slug: "key-rotation",
  title: "A new secret, and nobody is logged out",
  summary:
    "The first secret seals, all of them open. What an older one has sealed is sealed anew when it is read, so the old one can go after a while.",
  code: `// Until today:
signedCookie({ secrets: [oldSecret] });
// From today:
signedCookie({ secrets: [newSecret, oldSecret] });
// Once all have come by:
signedCookie({ secrets: [newSecret] });`,
  shownWith: "signed cookies",

  Try: ({ toAction }) => <ButtonForm action={toAction("rotate")}>Change the secret</ButtonForm>,

  actions: {
    async rotate() {
      const [older, newer] = [newSecret(), newSecret()];
      const before = labBrowser(managerOf(older).sessions);
      await before.visit((session) => session.bind("eve"));
      const late = cookieOf(before.setCookie);

      const both = managerOf([newer, older]);
      const during = labBrowser(both.sessions, late);
      const user = await during.visit(({ subject }) => subject);
      const prompt = cookieOf(during.setCookie);

      const alone = managerOf(newer);
      const renewed = await labBrowser(alone.sessions, prompt).visit(({ subject }) => subject);
      await labBrowser(alone.sessions, late).visit(({ subject }) => subject);
      return [
        { tried: "both secrets, a cookie of the old one", result: `${user} is logged in, and gets a new cookie` },
        { tried: "the new secret alone, that new cookie", result: `${renewed} is logged in` },
        { tried: "the new secret alone, the old cookie", result: `refused: ${alone.rejected.join()}` },
      ];
    },
  },
};

interface Rotating {
  readonly sessions: SessionManager;
  readonly rejected: readonly RejectReason[];
}

function managerOf(secrets: Secrets): Rotating {
  const rejected: RejectReason[] = [];
  const sessions = new SessionManager({
    mode: signedCookie({ secrets }),
    cookie: { name: "__Host-lab" },
    onEvent: (event) => {
      if (event.type === "rejected") rejected.push(event.reason);
    },
  });
  return { sessions, rejected };
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The `Cookie` header that answers a `Set-Cookie`. */
function cookieOf(setCookie = ""): string {
  return setCookie.split(";", 1)[0] ?? "";
}
