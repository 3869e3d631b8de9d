import type { Session } from "@coatcheck/core";
import type { ShopData, ShopFlash, Theme } from "../sessions/session-data.ts";
import type { StorageEnv } from "../sessions/storage-choice.ts";
import type { SessionStorage, SessionStorages } from "../sessions/storages.ts";

/** What the header, the messages and the footer around the content of a page need to know. */
export interface Frame {
  readonly storages: SessionStorages;
  /** The storage that the current browser has chosen. */
  readonly storage: SessionStorage;
  /** The path of the page. */
  readonly path: string;
  /** The path to return to after switching to another storage. */
  readonly back: string;
  readonly visitor: Visitor;
  /** Without a theme, the visitor's system decides. */
  readonly theme?: Theme | undefined;
  readonly messages?: PageMessages | undefined;
}

/** The flash messages that every page shows. */
export type PageMessages = Partial<Pick<ShopFlash, "notice" | "error">>;

/** What a page knows about the person who opened it. */
export type Visitor =
  | { readonly area: "shop"; readonly user: string | undefined; readonly pieces: number }
  | { readonly area: "admin"; readonly user: string | undefined }
  /** A page that does not read a session, such as an error page. */
  | { readonly area: "unknown" };

/** The part of a handler's context that a frame needs. */
export interface FrameContext {
  readonly var: StorageEnv["Variables"];
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

/** The frame of a page that does not read a session. */
export function plainFrame(c: FrameContext, messages?: PageMessages): Frame {
  const { storages, storage } = c.var;
  const { path, method } = c.req;
  // The path of a POST request cannot be opened with GET.
  return { storages, storage, path, back: method === "GET" ? path : "/", visitor: { area: "unknown" }, messages };
}

function messagesOf(session: Pick<Session<ShopData, ShopFlash>, "flashed">): PageMessages {
  const [notice, error] = [session.flashed("notice"), session.flashed("error")];
  return { ...(notice !== undefined && { notice }), ...(error !== undefined && { error }) };
}
