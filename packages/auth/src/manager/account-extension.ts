import type { SessionManager } from "@coatcheck/core";
import type { AnySession, CommitOutcome } from "@coatcheck/core/toolkit";
import type { LoginOptions } from "./login-options.ts";

/**
 * Takes part in the sessions of an `AccountManager`. Every method is optional, and what it throws fails the request.
 * Extensions are called in the order of the option `extensions`.
 */
export interface AccountExtension {
  /**
   * Called once for each request that awaits its session, for all extensions before the first hook. State of the
   * request lives in the object that it returns.
   */
  forRequest?(context: ExtensionContext): RequestExtension;
  /**
   * Called by `revoke` and `revokeAll`, also when there was nothing to end, and in a mode that cannot end sessions: the
   * extension may be able to start new ones by itself.
   */
  onRevoke?(revocation: Revocation, sessions: AnySessionManager): Promise<void>;
  /** Whether it implements `login(…, { remember: true })`. */
  readonly handlesRemember?: boolean;
  /** Whether it lists the sessions of a subject. The `AccountManager` then throws `UNSUPPORTED` in a cookie mode. */
  readonly needsListing?: boolean;
}

/** The hooks of an extension in one request, each optional. `onOpen` comes first, and `onCommit` last. */
export interface RequestExtension {
  /** The session was loaded, and the handler has not seen it yet. */
  onOpen?(): Promise<void> | void;
  /**
   * `login`, or an extension, is about to bind the session to a subject. Throw to refuse it.
   *
   * @param browser - the {@link LoginInfo.browser} of the session that is about to begin
   */
  beforeLogin?(subject: string, browser: string | undefined): Promise<void>;
  /** `login` has bound the session. */
  onLogin?(options: LoginOptions): void;
  /** The credentials of the subject have changed. Whatever could log in without them has to be replaced. */
  onCredentialsChange?(): void;
  /**
   * The session was written, and its cookies have not left yet. When this throws, none of them leaves, and a session
   * with a new id is ended.
   */
  onCommit?(outcome: CommitOutcome): Promise<void> | void;
}

/** A request whose session was loaded. */
export interface ExtensionContext {
  readonly session: AnySession;
  readonly request: Request;
  /** The manager. */
  readonly sessions: AccountSessions;
  /**
   * Calls `beforeLogin` of all extensions, as `login` does. An extension that binds a session by itself calls it first.
   *
   * @param browser - the {@link LoginInfo.browser} of the session that is about to begin
   * @throws what an extension refuses the login with: `TOO_MANY_SESSIONS`
   */
  assertLoginAllowed(subject: string, browser?: string): Promise<void>;
}

/** Which sessions were revoked: one, or all of a subject except one. */
export type Revocation = { readonly id: string } | { readonly subject: string; readonly except: string | undefined };

/** A manager, whatever the type of its sessions' data. */
export type AnySessionManager = Pick<SessionManager, "list" | "revoke" | "revokeAll">;

/** The part of an `AccountManager` that extensions, and functions such as `listDevices`, use. */
export interface AccountSessions extends AnySessionManager {
  /** The timeouts, with their defaults, in seconds. */
  readonly lifetime: { readonly idle: number; readonly absolute: number };
  /** The clock, epoch milliseconds. */
  readonly now: () => number;
}
