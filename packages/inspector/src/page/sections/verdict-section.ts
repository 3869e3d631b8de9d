import type { Verdict } from "../../cookie/inspect-cookie.ts";
import { type RejectionLesson, rejectionLessons } from "../../cookie/rejection-explanations.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page.ts";

/** What to tell a developer who expected a session. */
const NO_COOKIE: RejectionLesson = {
  what: "The browser sent no cookie of this name, so a handler that awaits the session is given a new, empty one.",
  causes: [
    "Nothing was written to a session yet: until then nothing is stored, and no cookie is set.",
    "The session was ended, and its cookie removed.",
    "The cookie's Path, Domain or SameSite keeps it away from the address of this page.",
    "The browser refused it: Secure cookies need https:. Chrome and Firefox make an exception of localhost, Safari does not.",
  ],
  mend: "Do something that writes to the session, and look at the Set-Cookie header of that response.",
};

/** Whether the session is honoured, and if it is not, why. */
export function verdictSection({ inspection }: PageSource): Html {
  const { verdict, kept } = inspection;
  switch (verdict.type) {
    case "honoured":
      return banner("good", "honoured", [
        html`<p>The cookie is good, and handlers are given the session it stands for.</p>`,
        kept?.isStale &&
          html`<p>It was sealed with an older secret. The next request that reads the session gets it anew, under the first one.</p>`,
      ]);
    case "no-cookie":
      return banner("neutral", "no cookie", lesson(NO_COOKIE));
    case "rejected":
      return banner("bad", `rejected: ${verdict.reason}`, lesson(rejectionLessons[verdict.reason]));
    case "failed":
      return banner("bad", "cannot be read", failure(verdict));
  }
}

function banner(kind: "good" | "neutral" | "bad", words: string, content: Part): Html {
  return html`<section class="verdict ${kind}" aria-labelledby="verdict">
<h2 id="verdict"><span class="label">Verdict</span> <strong>${words}</strong></h2>
${content}
</section>`;
}

function lesson({ what, causes, mend }: RejectionLesson): Html {
  return html`<p>${what}</p>
<h3>How this comes about</h3>
<ul>${causes.map((cause) => html`<li>${cause}</li>`)}</ul>
<h3>What to do</h3>
<p>${mend}</p>`;
}

function failure({ code, message, cause }: Extract<Verdict, { type: "failed" }>): Html {
  return html`<p>${code !== undefined && html`<code>${code}</code> `}${message}</p>
${cause !== undefined && html`<p>The cause: <code>${cause}</code>. Its own words are left out, for there may be a password in them; requests to the application fail with the same error.</p>`}`;
}
