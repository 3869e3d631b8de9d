import type { SessionManager } from "@coatcheck/core";
import type { AnySession, SessionOutcome } from "@coatcheck/core/toolkit";
import type { LoginOptions } from "../login/login.ts";

/** A manager, whatever the data of its sessions. */
export type AnySessionManager = Pick<SessionManager, "list" | "revoke" | "revokeAll">;

/** As far as extensions, and what is beside them, see an `AccountManager`. */
export interface AccountSessions extends AnySessionManager {
  /** Its timeouts, with the defaults filled in. Seconds. */
  readonly lifetime: { readonly idle: number; readonly absolute: number };
  /** Its clock, epoch milliseconds. */
  readonly now: () => number;
}

/** A request that asked for its session. The same object from its load to its commit. */
export interface AccountVisit {
  readonly session: AnySession;
  readonly request: Request;
  readonly sessions: AccountSessions;
  /**
   * Asks all extensions, as `login` does, whether a session of that subject may begin. For one that binds by itself.
   *
   * @param browser - what it notes as {@link LoginFacts.browser}
   * @throws what they refuse with: `TOO_MANY_SESSIONS`
   */
  readonly admit: (subject: string, browser?: string) => Promise<void>;
}

/** What became of a session at its commit. */
export interface CommittedVisit extends SessionOutcome {
  /** Whether it is kept under an id that it did not come with: it began, was regenerated, or somebody logged in. */
  readonly hasNewId: boolean;
  /** Whether the response can carry cookies. What is put into `cookies` otherwise is lost. */
  readonly canCarryHeaders: boolean;
  /** The `Set-Cookie` values that leave, by cookie name. To be added to. */
  readonly cookies: Map<string, string>;
}

/** Which sessions were revoked: one, or those of a subject but one. */
export type Revocation = { readonly id: string } | { readonly subject: string; readonly except: string | undefined };

/**
 * Takes part in the life of an `AccountManager`'s sessions. Each method is optional, is waited for, and fails the request
 * with what it throws; extensions are called in the order in which they were given.
 */
export interface AccountExtension {
  /** The session was loaded. The handler has not seen it yet. */
  opened?(visit: AccountVisit): Promise<void> | void;
  /** `login`, or an extension, is about to bind the session. To refuse, throw. */
  admit?(visit: AccountVisit, subject: string, browser?: string): Promise<void>;
  /** `login` has bound the session. */
  loggedIn?(visit: AccountVisit, options: LoginOptions): void;
  /**
   * The session was written, and no cookie has left yet. With what this throws, none does, and a session with a new id
   * is ended.
   */
  committed?(visit: AccountVisit, outcome: CommittedVisit): Promise<void> | void;
  /** `revoke` or `revokeAll` was called, whether or not there was anything to end, or the mode can end anything. */
  revoked?(revocation: Revocation, sessions: AnySessionManager): Promise<void>;
  /** What the subject logs in with has changed: what could log in without it must not go on as it is. */
  credentialsChanged?(visit: AccountVisit): void;
  /** Whether it does what `login(…, { remember: true })` asks for. */
  readonly remembers?: boolean;
  /** Whether it has to find the sessions of a subject, which a cookie mode cannot: it is refused at construction then. */
  readonly lists?: boolean;
}
