import type { Session, SessionManager } from "@coatcheck/core";
import { browser } from "./browser.ts";

/** Options of {@link sessionTransaction}. */
export interface SessionTransactionOptions {
  /** The `Cookie` header of the session to edit. Without it, the transaction creates a new session. */
  readonly cookie?: string;
}

/**
 * Creates or edits a session without a request of the application. The application's manager opens and commits it. When
 * the callback throws, nothing is saved.
 *
 * @param edit - receives the session, and may be async
 * @returns the `Cookie` header of the session, for the next request. It is empty when the session has ended
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
  if (options.cookie !== undefined) await client.setCookie(options.cookie);
  await client.fetch("/");
  return client.cookieHeader();
}
