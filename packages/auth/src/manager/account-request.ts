import { type AnySession, type CommitOutcome, type RequestHooks, requestHooksOf } from "@coatcheck/core/toolkit";
import type { AccountExtension, AccountSessions, ExtensionContext, RequestExtension } from "./account-extension.ts";
import type { LoginOptions } from "./login-options.ts";

/**
 * Runs the extensions of an `AccountManager` for one request. The core calls its hooks; `login` finds it by the
 * session.
 */
export class AccountRequest implements RequestHooks {
  readonly #sessions: AccountSessions;
  readonly #request: Request;
  readonly #extensions: readonly AccountExtension[];
  /** One for each extension. Empty until the session was loaded. */
  #requestExtensions: readonly RequestExtension[] = [];

  constructor(sessions: AccountSessions, request: Request, extensions: readonly AccountExtension[]) {
    this.#sessions = sessions;
    this.#request = request;
    this.#extensions = extensions;
  }

  /** `undefined` when a manager without extensions opened the session. */
  static of(session: AnySession): AccountRequest | undefined {
    const hooks = requestHooksOf(session);
    return hooks !== undefined && #requestExtensions in hooks ? hooks : undefined;
  }

  get handlesRemember(): boolean {
    return this.#extensions.some(({ handlesRemember }) => handlesRemember);
  }

  /** Whether {@link beforeLogin} has anything to call. */
  get hasBeforeLogin(): boolean {
    return this.#requestExtensions.some(({ beforeLogin }) => beforeLogin !== undefined);
  }

  async onLoad(session: AnySession): Promise<void> {
    const context: ExtensionContext = {
      session,
      request: this.#request,
      sessions: this.#sessions,
      assertLoginAllowed: (subject, browser) => this.beforeLogin(subject, browser),
    };
    // All of them before the first hook: an `onOpen` may log in, which calls `beforeLogin` of later extensions.
    this.#requestExtensions = this.#extensions.map((extension) => extension.forRequest?.(context) ?? {});
    for (const extension of this.#requestExtensions) await extension.onOpen?.();
  }

  async beforeLogin(subject: string, browser: string | undefined): Promise<void> {
    for (const extension of this.#requestExtensions) await extension.beforeLogin?.(subject, browser);
  }

  onLogin(options: LoginOptions): void {
    for (const extension of this.#requestExtensions) extension.onLogin?.(options);
  }

  onCredentialsChange(): void {
    for (const extension of this.#requestExtensions) extension.onCredentialsChange?.();
  }

  async onCommit(outcome: CommitOutcome): Promise<void> {
    for (const extension of this.#requestExtensions) await extension.onCommit?.(outcome);
  }
}
