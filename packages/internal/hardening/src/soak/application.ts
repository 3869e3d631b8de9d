import {
  encryptedCookie,
  type Session,
  SessionManager,
  type SessionMode,
  type SessionStore,
  serverSide,
  signedCookie,
} from "@coatcheck/core";

/** The ways to keep a session that are soaked, each under a path of its own. */
export const MODES = ["server", "encrypted", "signed"] as const;

export type ModeName = (typeof MODES)[number];

/** What a user asks for, the body of each request. */
export interface Wish {
  readonly act: "look" | "count" | "add" | "empty" | "flash" | "login" | "logout" | "revoke-others";
  readonly value?: string;
}

/** What a session holds, the body of each response. */
export interface Answer {
  readonly subject: string | undefined;
  readonly count: number;
  readonly cart: readonly string[];
  /** A message for this request. */
  readonly notice: string | undefined;
}

interface Data {
  count: number;
  cart: readonly string[];
}

type Flash = { notice: string };

/** A shop with sessions in each mode; what servers share is in the one store. */
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
        // It fills up and is emptied many times in a minute, by less than what the heap may differ by.
        cookieCache: 2 ** 18,
      };
      return [`/${name}`, new SessionManager<Data, Flash>(options)];
    }),
  );
  return async (request) => {
    const sessions = managers.get(new URL(request.url).pathname);
    if (sessions === undefined) return new Response(null, { status: 404 });
    const wish = (await request.json()) as Wish;
    return sessions.handle(request, async (pending) => {
      const session = await pending;
      const notice = session.flashed("notice");
      await grant(wish, session, sessions);
      const { subject } = session;
      const answer = { subject, count: session.get("count") ?? 0, cart: session.get("cart") ?? [], notice };
      return Response.json(answer satisfies Answer);
    });
  };
}

async function grant(wish: Wish, session: Session<Data, Flash>, sessions: SessionManager<Data, Flash>): Promise<void> {
  const { act, value = "" } = wish;
  if (act === "count") session.update("count", (count = 0) => count + 1);
  else if (act === "add") session.update("cart", (cart = []) => [...cart, value]);
  else if (act === "empty") session.delete("cart");
  else if (act === "flash") session.flash("notice", value);
  else if (act === "login") session.bind(value);
  else if (act === "logout") session.destroy();
  else if (act === "revoke-others") await sessions.revokeAll(value, { except: session.id });
}
