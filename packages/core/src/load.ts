import { type Content, Draft, emptyContent, parseContent } from "./draft.ts";
import { InvalidOptionError } from "./errors.ts";
import type { RejectReason } from "./events.ts";
import type { Kept } from "./keeper.ts";
import { isExpired } from "./lifetime.ts";
import type { ManagerContext } from "./options.ts";
import { Session } from "./session.ts";
import { readTicket } from "./ticket-cookies.ts";

/**
 * The session of a request: the one its cookie stands for, or a new one. A cookie that cannot be honoured is neither an
 * error nor cleared, or one mis-deployed key would log everybody out; it is a new session and a `rejected` event.
 */
export async function loadSession<Data extends object, Flash extends object>(
  context: ManagerContext,
  request: Request,
): Promise<Session<Data, Flash>> {
  if (typeof request?.headers?.get !== "function") {
    throw new InvalidOptionError("open: the first argument must be a Request (in Hono: c.req.raw).");
  }
  const { cookie, keeper, now, emit } = context;
  const { ticket, rejected, names } = readTicket(request.headers.get("Cookie") ?? "", cookie, keeper.chunking);
  const found = rejected ?? (ticket === undefined ? undefined : await restore(context, ticket));
  if (typeof found === "string") emit({ type: "rejected", reason: found });
  const { kept, content } = typeof found === "object" ? found : { kept: undefined, content: undefined };
  return new Session({
    context,
    cookieNames: names,
    kept,
    ended: undefined,
    isDestroyed: false,
    renewal: "none",
    draft: new Draft(content ?? emptyContent(context.persistent), kept?.session.version ?? 0),
    isNew: kept === undefined,
    createdAt: kept?.session.createdAt ?? now(),
    subject: kept?.session.subject,
    authenticatedAt: kept?.session.authenticatedAt,
    isCommitted: false,
    settled: undefined,
  });
}

async function restore(
  context: ManagerContext,
  ticket: string,
): Promise<{ readonly kept: Kept; readonly content: Content } | RejectReason> {
  const kept = await context.keeper.load(ticket);
  if (typeof kept === "string") return kept;
  if (isExpired(context, kept.session)) return "expired";
  const content = await readContent(context, kept.content);
  return content === undefined ? "invalid-data" : { kept, content };
}

/**
 * Stored content that the schema accepts, or `undefined`. What the schema made of it (defaults, coercions) is what the
 * session holds, and is no change by itself: reading must not write.
 */
export async function readContent({ schema }: ManagerContext, stored: unknown): Promise<Content | undefined> {
  const content = parseContent(stored);
  if (content === undefined || schema === undefined) return content;
  const result = await schema["~standard"].validate(Object.fromEntries(content.values));
  return result.issues === undefined ? { ...content, values: new Map(Object.entries(result.value)) } : undefined;
}
