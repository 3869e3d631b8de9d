import { randomBytes } from "node:crypto";
import { type RejectReason, type Secrets, SessionManager, signedCookie } from "@coatcheck/core";
import { ButtonForm } from "../ui/forms.tsx";
import { labBrowser } from "./lab-browser.ts";
import type { Scenario } from "./scenario.ts";

export const keyRotation: Scenario = {
  slug: "key-rotation",
  title: "A new secret logs no user out",
  summary:
    "The first secret signs, and all secrets verify. A cookie signed with an older secret is re-issued when it is read, so the old secret can be removed after a while.",
  code: `// Until today:
signedCookie({ secrets: [oldSecret] });
// From today:
signedCookie({ secrets: [newSecret, oldSecret] });
// When every visitor has come back:
signedCookie({ secrets: [newSecret] });`,
  shownWith: "signed cookies",

  Try: ({ toAction }) => <ButtonForm action={toAction("rotate")}>Change the secret</ButtonForm>,

  actions: {
    async rotate() {
      const [oldSecret, newSecret] = [randomSecret(), randomSecret()];
      const before = labBrowser(managerWith(oldSecret).sessions);
      await before.visit((session) => session.bind("eve"));
      const oldCookie = cookieOf(before.setCookie);

      const both = managerWith([newSecret, oldSecret]);
      const during = labBrowser(both.sessions, oldCookie);
      const user = await during.visit(({ subject }) => subject);
      const newCookie = cookieOf(during.setCookie);

      const after = managerWith(newSecret);
      const laterUser = await labBrowser(after.sessions, newCookie).visit(({ subject }) => subject);
      await labBrowser(after.sessions, oldCookie).visit(({ subject }) => subject);
      return [
        { tried: "Both secrets, the old cookie", result: `${user} is logged in and gets a new cookie` },
        { tried: "The new secret alone, the new cookie", result: `${laterUser} is logged in` },
        { tried: "The new secret alone, the old cookie", result: `rejected: ${after.rejections.join()}` },
      ];
    },
  },
};

interface RotationManager {
  readonly sessions: SessionManager;
  /** The reasons why cookies were rejected. */
  readonly rejections: readonly RejectReason[];
}

function managerWith(secrets: Secrets): RotationManager {
  const rejections: RejectReason[] = [];
  const sessions = new SessionManager({
    mode: signedCookie({ secrets }),
    cookie: { name: "__Host-lab" },
    onEvent: (event) => {
      if (event.type === "rejected") rejections.push(event.reason);
    },
  });
  return { sessions, rejections };
}

function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The `Cookie` header that a browser sends after a `Set-Cookie` header. */
function cookieOf(setCookie = ""): string {
  return setCookie.split(";", 1)[0] ?? "";
}
