import { cookieValues } from "../cookies/cookie-header.ts";
import { assertOption } from "../errors.ts";
import type { RejectReason } from "../events.ts";
import { Draft } from "../session/draft.ts";
import { rejectionOf } from "../session/lifetime.ts";
import type { ManagerContext } from "../session/options.ts";
import { newSession, type RequestScope, type SessionStart, type SessionState } from "../session/session-state.ts";
import { decodeContent, type SessionContent } from "../stores/session-content.ts";

/**
 * Loads the session of a request: the one its cookie belongs to, or a new one. A cookie that has to be rejected is not an
 * error and is not cleared, because one misconfigured key would then log everyone out. It gives a new session and a
 * `rejected` event.
 *
 * @throws `STORE_FAILED`
 */
export async function loadSession(scope: RequestScope): Promise<SessionState> {
  const { context, request } = scope;
  assertOption(typeof request?.headers?.get === "function", "open needs a Request, not the context of a framework");
  const header = request.headers.get("Cookie") ?? "";
  const { cookieNames } = context.backend;
  const received = cookieNames.map((name) => cookieValues(header, name));
  const found = await findSession(context, received);
  if (typeof found === "string") context.emit({ type: "rejected", reason: found });
  return {
    scope,
    receivedCookies: cookieNames.filter((_, index) => received[index]?.length),
    ...(typeof found === "object" ? found : newSession(context)),
  };
}

/**
 * @param received - the values of each of our cookies in the request
 * @returns the session, the reason why its cookie is rejected, or `undefined` when there is no cookie
 */
async function findSession(
  context: ManagerContext,
  received: readonly (readonly string[])[],
): Promise<SessionStart | RejectReason | undefined> {
  // Of two cookies whose name can exist once, one was planted. Any other name may exist once per path and domain, and
  // browsers send the one with the most specific path first.
  if (context.cookie.isHostOnly && received.some((values) => values.length > 1)) return "duplicate-cookie";
  const firstValues = received.map(([first]) => first);
  if (!firstValues.some(Boolean)) return undefined;
  const loaded = await context.backend.load(firstValues);
  if (typeof loaded === "string") return loaded;
  const rejection = rejectionOf(context, loaded.session);
  if (rejection !== undefined) return rejection;
  const content = await readContent(context, loaded.content);
  if (content === undefined) return "invalid-data";
  return { loaded, draft: new Draft(content), metadata: loaded.session, newId: undefined };
}

/**
 * Decodes stored content and validates its data. What the schema returns (defaults, coercions) is the data of the session,
 * and does not count as a change: reading must not write.
 *
 * @param json - the content, parsed
 * @returns `undefined` when the content cannot be read, or the schema rejects it
 */
export async function readContent({ schema }: ManagerContext, json: unknown): Promise<SessionContent | undefined> {
  const content = decodeContent(json);
  if (content === undefined || schema === undefined) return content;
  const result = await schema["~standard"].validate(content.data);
  return result.issues ? undefined : { ...content, data: { ...result.value } };
}
