import { cookieValues } from "./cookie-header.ts";
import { type Content, Draft, isContent } from "./draft.ts";
import { InvalidOptionError } from "./errors.ts";
import type { RejectReason } from "./events.ts";
import type { Kept } from "./keeper.ts";
import { isExpired } from "./lifetime.ts";
import type { ManagerContext } from "./options.ts";
import { Session } from "./session.ts";

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
  const header = request.headers.get("Cookie") ?? "";
  const brought = context.cookieNames.map((name) => cookieValues(header, name));
  const found = await find(context, brought);
  if (typeof found === "string") context.emit({ type: "rejected", reason: found });
  const { kept, content = { d: {}, p: context.persistent } } = typeof found === "object" ? found : {};
  return new Session({
    context,
    held: context.cookieNames.filter((_, index) => brought[index]?.length),
    kept,
    isDestroyed: false,
    renewal: undefined,
    draft: new Draft(content, kept?.session.version ?? 0),
    about: kept?.session ?? { createdAt: context.now() },
    isCommitted: false,
  });
}

interface Found {
  readonly kept?: Kept;
  readonly content?: Content;
}

/** @param brought - the values of each of our cookies in the request */
async function find(context: ManagerContext, brought: readonly string[][]): Promise<Found | RejectReason | undefined> {
  const { cookie, keeper } = context;
  // With several of a name that can exist once, one was planted. A name without that promise may exist once per path
  // and domain; browsers send the most specific path first.
  if (cookie.isHostOnly && brought.some((values) => values.length > 1)) return "duplicate-cookie";
  const [head, ...others] = brought.map(([first]) => first);
  if (!head) return others.some(Boolean) ? "malformed" : undefined;
  const ticket = keeper.chunking === undefined ? head : keeper.chunking.join(head, others);
  const kept = ticket === undefined ? "malformed" : await keeper.load(ticket);
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
  if (!isContent(stored)) return undefined;
  if (schema === undefined) return stored;
  const result = await schema["~standard"].validate(stored.d);
  return result.issues === undefined ? { ...stored, d: { ...result.value } } : undefined;
}
