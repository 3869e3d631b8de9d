import {
  encryptedCookie,
  type Session,
  SessionManager,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";

/** The session modes of the soak. Each has its own path. */
export const MODES = ["server", "encrypted", "signed"] as const;

export type ModeName = (typeof MODES)[number];

/** The body of each request: what the user does. */
export interface Action {
  readonly type: "read" | "count" | "add" | "empty" | "flash" | "login" | "logout" | "revoke-others";
  readonly value?: string;
}

/** The body of each response: what the session holds. */
export interface Answer {
  readonly subject: string | undefined;
  readonly count: number;
  readonly cart: readonly string[];
  /** The flash message for this request. */
  readonly notice: string | undefined;
}

interface Data {
  count: number;
  cart: readonly string[];
}

type Flash = { notice: string };

/** A shop with sessions in each mode. The stored sessions and all revocations are in the one store. */
export function application(store: SessionStore): (request: Request) => Promise<Response> {
  const secrets = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");
  const modes: Readonly<Record<ModeName, SessionMode>> = {
    server: serverSide(store, { secrets }),
    encrypted: encryptedCookie({ secrets, revocations: store }),
    signed: signedCookie({ secrets, revocations: store }),
  };
  const managers = new Map(
    MODES.map((name) => {
      const options = {
        mode: modes[name],
        cookie: { name: `__Host-${name}` },
        lifetime: { idle: 300 },
        // Small: it fills up many times a minute, and its size stays below the tolerated change of the heap.
        cookieCache: 2 ** 18,
      };
      return [`/${name}`, new SessionManager<Data, Flash>(options)];
    }),
  );
  return async (request) => {
    const sessions = managers.get(new URL(request.url).pathname);
    if (sessions === undefined) return new Response(null, { status: 404 });
    const action = (await request.json()) as Action;
    return sessions.handle(request, async (pending) => {
      const session = await pending;
      const notice = session.flashed("notice");
      await perform(action, session, sessions);
      const { subject } = session;
      const answer = { subject, count: session.get("count") ?? 0, cart: session.get("cart") ?? [], notice };
      return Response.json(answer satisfies Answer);
    });
  };
}

async function perform(
  { type, value = "" }: Action,
  session: Session<Data, Flash>,
  sessions: SessionManager<Data, Flash>,
): Promise<void> {
  if (type === "count") session.update("count", (count = 0) => count + 1);
  else if (type === "add") session.update("cart", (cart = []) => [...cart, value]);
  else if (type === "empty") session.delete("cart");
  else if (type === "flash") session.flash("notice", value);
  else if (type === "login") session.bind(value);
  else if (type === "logout") session.destroy();
  else if (type === "revoke-others") await sessions.revokeAll(value, { except: session.id });
}
