import { type PendingSession, SessionManager, type SessionManagerOptions, UnsupportedError } from "@coatcheck/core";
import { assertOption, isRecord, resolveLifetime, setRequestHooks } from "@coatcheck/core/toolkit";
import type { AccountExtension, AccountSessions, Revocation } from "./account-extension.ts";
import { AccountRequest } from "./account-request.ts";

/** Options of {@link AccountManager}: those of `SessionManager`, and extensions. */
export interface AccountManagerOptions<Data extends object = Record<string, unknown>>
  extends SessionManagerOptions<Data> {
  /**
   * `rememberMe`, `sessionLimit`, `sessionProtection`, `providerSessions`, or your own. Called in this order.
   * @default []
   */
  readonly extensions?: readonly AccountExtension[];
}

/** A `SessionManager` with extensions. It can be used wherever a `SessionManager` can. */
export class AccountManager<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> extends SessionManager<Data, Flash> {
  /** The timeouts, with their defaults, in seconds. */
  readonly lifetime: AccountSessions["lifetime"];
  /** The clock, epoch milliseconds. */
  readonly now: () => number;
  readonly #extensions: readonly AccountExtension[];

  /** @throws as `SessionManager` does, and `UNSUPPORTED` for an extension that cannot work in the mode */
  constructor(options: AccountManagerOptions<Data>) {
    super(options);
    const { extensions = [], lifetime, now = Date.now } = options;
    this.lifetime = resolveLifetime(lifetime);
    this.now = now;
    const isList = Array.isArray(extensions) && extensions.every(isRecord);
    assertOption(isList, "extensions must be a list of extensions: [rememberMe({ store })]");
    const remembering = extensions.filter(({ handlesRemember }) => handlesRemember);
    assertOption(remembering.length <= 1, "extensions must contain at most one rememberMe");
    if (options.mode.name !== "server" && extensions.some(({ needsListing }) => needsListing)) {
      throw new UnsupportedError(
        "sessionLimit needs serverSide(store). In a cookie mode nothing on the server counts sessions.",
      );
    }
    this.#extensions = [...extensions];
  }

  override open(request: Request): PendingSession<Data, Flash> {
    const pending = super.open(request);
    setRequestHooks(pending, new AccountRequest(this, request, this.#extensions));
    return pending;
  }

  override async revoke(sessionId: string): Promise<boolean> {
    const revoking = super.revoke(sessionId);
    await this.#onRevoke({ id: sessionId }, revoking);
    return revoking;
  }

  override async revokeAll(
    subject: string,
    options: { readonly except?: string | undefined } = {},
  ): Promise<number | undefined> {
    assertOption(isRecord(options), "revokeAll needs an object: { except: session.id }");
    const revoking = super.revokeAll(subject, options);
    await this.#onRevoke({ subject, except: options.except }, revoking);
    return revoking;
  }

  /** Calls the extensions also when the mode cannot end sessions: they can still end what would start new ones. */
  async #onRevoke(revocation: Revocation, revoking: Promise<unknown>): Promise<void> {
    await revoking.catch((error: unknown) => {
      if (!(error instanceof UnsupportedError)) throw error;
    });
    for (const extension of this.#extensions) await extension.onRevoke?.(revocation, this);
  }
}
