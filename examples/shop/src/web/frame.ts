import type { Session } from "@coatcheck/core";
import type { ShopData, ShopFlash, Theme } from "../sessions/session-data.ts";
import type { KindEnv } from "../sessions/storage-choice.ts";
import type { Kinds, OpenKind } from "../sessions/storages.ts";

/** What stands around every page. */
export interface Frame {
  readonly kinds: Kinds;
  /** The one of this browser. */
  readonly kind: OpenKind;
  /** The page itself. */
  readonly path: string;
  /** Where to come back to after a change of the kind. */
  readonly back: string;
  readonly visitor: Visitor;
  /** Without one, the visitor's system decides. */
  readonly theme?: Theme | undefined;
  /** Flash messages. */
  readonly messages?: Partial<Pick<ShopFlash, "notice" | "error">> | undefined;
}

/** Who looks at a page, as far as it knows. */
export type Visitor =
  | { readonly area: "shop"; readonly user: string | undefined; readonly pieces: number }
  | { readonly area: "admin"; readonly user: string | undefined }
  /** A page that says what went wrong, and asks no session. */
  | { readonly area: "unknown" };

/** What a frame needs of the context of any handler. */
export interface FrameContext {
  readonly var: KindEnv["Variables"];
  readonly req: { readonly method: string; readonly path: string };
}

/** The frame of a page of the shop. */
export function shopFrame(c: FrameContext, session: Session<ShopData, ShopFlash>): Frame {
  const visitor = { area: "shop", user: session.subject, pieces: session.get("cart")?.length ?? 0 } as const;
  return { ...plainFrame(c), visitor, theme: session.get("theme"), messages: messagesOf(session) };
}

/** The frame of a page of the admin area. */
export function adminFrame(c: FrameContext, session: Pick<Session<ShopData, ShopFlash>, "subject" | "flashed">): Frame {
  return { ...plainFrame(c), visitor: { area: "admin", user: session.subject }, messages: messagesOf(session) };
}

/** The frame of a page without a session. */
export function plainFrame(c: FrameContext, messages?: Frame["messages"]): Frame {
  const { kinds, kind } = c.var;
  const { path, method } = c.req;
  // What a form was sent to cannot be opened.
  return { kinds, kind, path, back: method === "GET" ? path : "/", visitor: { area: "unknown" }, messages };
}

function messagesOf(
  session: Pick<Session<ShopData, ShopFlash>, "flashed">,
): Partial<Pick<ShopFlash, "notice" | "error">> {
  const [notice, error] = [session.flashed("notice"), session.flashed("error")];
  return { ...(notice !== undefined && { notice }), ...(error !== undefined && { error }) };
}
