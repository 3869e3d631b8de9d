import type { Session, SessionManager } from "@coatcheck/core";
import { browser } from "./browser.ts";

/** Options of {@link sessionTransaction}. */
export interface SessionTransactionOptions {
  /** The `Cookie` header of the session to edit. Without it a new session is made. */
  readonly cookie?: string;
}

/**
 * Makes or edits a session outside any request, as the application itself would: opened by its manager, committed by
 * its manager. When the callback throws, nothing is saved.
 *
 * @param edit - gets the session; may be async
 * @returns the `Cookie` header to send afterwards; empty when the session has ended
 */
export async function sessionTransaction<Data extends object, Flash extends object>(
  sessions: SessionManager<Data, Flash>,
  edit: (session: Session<Data, Flash>) => unknown,
  options: SessionTransactionOptions = {},
): Promise<string> {
  const client = browser({
    fetch: (request) =>
      sessions.handle(request, async (pending) => {
        await edit(await pending);
        return new Response(null);
      }),
  });
  for (const pair of options.cookie?.split("; ") ?? []) await client.setCookie(`${pair}; Path=/; Secure`);
  await client.fetch("/");
  return client.cookieHeader();
}
