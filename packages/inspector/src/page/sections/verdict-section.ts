import { type RejectionExplanation, rejectionExplanations } from "../../cookie/rejection-explanations.ts";
import { describeFailure } from "../describe-failure.ts";
import { type Html, html, type Part } from "../html.ts";
import type { PageSource } from "../page-source.ts";

/** Whether the cookie is accepted, and if not, why. */
export function verdictSection({ inspection }: PageSource): Html {
  const { verdict, loaded } = inspection;
  switch (verdict.type) {
    case "accepted":
      return banner("good", "accepted", [
        html`<p>The cookie is valid. Handlers get the session that it belongs to.</p>`,
        loaded?.needsReissue &&
          html`<p>It was made with an older secret. The next request that reads the session re-issues it with the first secret.</p>`,
      ]);
    case "no-cookie":
      return banner("neutral", "no cookie", explanation(NO_COOKIE));
    case "rejected":
      return banner("bad", `rejected: ${verdict.reason}`, explanation(rejectionExplanations[verdict.reason]));
    case "failed":
      return banner("bad", "cannot be read", failure(verdict.error));
  }
}

/** For a developer who expected a session. */
const NO_COOKIE: RejectionExplanation = {
  meaning: "The browser sent no cookie of this name, so a handler that awaits the session gets a new, empty one.",
  causes: [
    "Nothing has been written to a session yet. Until then, nothing is stored and no cookie is set.",
    "The session ended, and its cookie was removed.",
    "The cookie's Path, Domain or SameSite prevents the browser from sending it to this page.",
    "The browser rejected the cookie: Secure cookies need https. Chrome and Firefox accept them on localhost, Safari does not.",
  ],
  fix: "Do something that writes to the session, and look at the Set-Cookie header of that response.",
};

function banner(kind: "good" | "neutral" | "bad", words: string, content: Part): Html {
  return html`<section class="verdict ${kind}" aria-labelledby="verdict">
<h2 id="verdict"><span class="label">Verdict</span> <strong>${words}</strong></h2>
${content}
</section>`;
}

function explanation({ meaning, causes, fix }: RejectionExplanation): Html {
  return html`<p>${meaning}</p>
<h3>Likely causes</h3>
<ul>${causes.map((cause) => html`<li>${cause}</li>`)}</ul>
<h3>What to do</h3>
<p>${fix}</p>`;
}

function failure(error: unknown): Html {
  const { code, message, cause } = describeFailure(error);
  return html`<p>${code !== undefined && html`<code>${code}</code> `}${message}</p>
${cause !== undefined && html`<p>Cause: <code>${cause}</code>. Its message is not shown, because it may contain a password. Requests to the application fail with the same error.</p>`}`;
}
