import { cookieValues } from "../cookies/cookie-header.ts";
import { assertOption } from "../errors.ts";
import type { RejectReason } from "../events.ts";
import { type Content, Draft, isContent } from "../session/draft.ts";
import { rejectionOf } from "../session/lifetime.ts";
import type { ManagerContext } from "../session/options.ts";
import { newSession, type Opened, type SessionState, type Visit } from "../session/session-state.ts";

/**
 * The session of a request: the one its cookie stands for, or a new one. A cookie that cannot be honoured is neither an
 * error nor cleared, or one mis-deployed key would log everybody out; it is a new session and a `rejected` event.
 */
export async function loadSession(visit: Visit): Promise<SessionState> {
  const { context, request } = visit;
  assertOption(typeof request?.headers?.get === "function", "open needs a Request (Hono: c.req.raw)");
  const header = request.headers.get("Cookie") ?? "";
  const { cookieNames } = context.backend;
  const brought = cookieNames.map((name) => cookieValues(header, name));
  const found = await find(context, brought);
  if (typeof found === "string") context.emit({ type: "rejected", reason: found });
  return Object.assign(visit, typeof found === "object" ? found : newSession(context), {
    held: cookieNames.filter((_, index) => brought[index]?.length),
  });
}

/** @param brought - the values of each of our cookies in the request */
async function find(context: ManagerContext, brought: readonly string[][]): Promise<Opened | RejectReason | undefined> {
  // With several of a name that can exist once, one was planted. A name without that promise may exist once per path
  // and domain; browsers send the most specific path first.
  if (context.cookie.isHostOnly && brought.some((values) => values.length > 1)) return "duplicate-cookie";
  if (!brought.some(([first]) => first)) return undefined;
  const kept = await context.backend.load(brought.map(([first]) => first));
  if (typeof kept === "string") return kept;
  const fault = rejectionOf(context, kept.session);
  if (fault) return fault;
  const content = await readContent(context, kept.content);
  return content ? { kept, draft: new Draft(content), about: kept.session } : "invalid-data";
}

/**
 * Stored content that the schema accepts, or `undefined`. What the schema made of it (defaults, coercions) is what the
 * session holds, and is no change by itself: reading must not write.
 */
export async function readContent({ schema }: ManagerContext, stored: unknown): Promise<Content | undefined> {
  if (!isContent(stored)) return undefined;
  if (!schema) return stored;
  const result = await schema["~standard"].validate(stored.d);
  return result.issues ? undefined : { ...stored, d: { ...result.value } };
}
