import {
  InvalidOptionError,
  type PendingSession,
  type Session,
  SessionManager,
  type SessionManagerOptions,
} from "@coatcheck/core";
import { canCarryHeaders, outcomeOf, prepare, withCookies } from "@coatcheck/core/toolkit";
import type { AccountExtension, AccountVisit } from "./account-extension.ts";
import { type Attendance, attend, attendanceOf } from "./attendance.ts";

/** Options of {@link AccountManager}: those of `SessionManager`, and extensions. */
export interface AccountManagerOptions<Data extends object = Record<string, unknown>>
  extends SessionManagerOptions<Data> {
  /** `rememberMe`, `sessionLimit`, `sessionProtection`, `providerSessions`; called in this order. @default [] */
  readonly extensions?: readonly AccountExtension[];
}

/**
 * A `SessionManager` for sessions that people log in to, with what its extensions add. Everything that takes a
 * `SessionManager` takes it.
 */
export class AccountManager<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> extends SessionManager<Data, Flash> {
  readonly #extensions: readonly AccountExtension[];

  /** @throws as `SessionManager` does */
  constructor(options: AccountManagerOptions<Data>) {
    super(options);
    const { extensions = [] } = options;
    if (!Array.isArray(extensions)) throw new InvalidOptionError("extensions must be a list: [rememberMe({ store })].");
    this.#extensions = [...extensions];
  }

  override open(request: Request): PendingSession<Data, Flash> {
    const pending = super.open(request);
    prepare(pending, async (session) => {
      const visit: AccountVisit = { session, request, sessions: this };
      const attendance: Attendance = { visit, extensions: this.#extensions, opening: this.#opened(visit) };
      attend(pending, attendance);
      attend(session, attendance);
      await attendance.opening;
    });
    return pending;
  }

  override async commit(
    session: PendingSession<Data, Flash> | Session<Data, Flash>,
    response: Response,
    options: { readonly failed?: boolean } = {},
  ): Promise<Response> {
    const attendance = attendanceOf(session);
    const isAttended =
      attendance !== undefined &&
      (await attendance.opening.then(
        () => true,
        () => false,
      ));
    if (!isAttended) return super.commit(session, response, options);
    const canCarry = canCarryHeaders(response);
    // Committed to a stand-in first: when an extension fails, the cookie must not be on the response already.
    const standIn = canCarry ? new Response(null, { status: response.status }) : response;
    const committed = await super.commit(session, standIn, options);
    attendance.settled ??= this.#committed(attendance.visit, canCarry, committed);
    return withCookies(response, await attendance.settled);
  }

  override async revoke(sessionId: string): Promise<boolean> {
    const wasThere = await super.revoke(sessionId);
    for (const extension of this.#extensions) await extension.revoked?.({ id: sessionId }, this);
    return wasThere;
  }

  override async revokeAll(
    subject: string,
    options: { readonly except?: string | undefined } = {},
  ): Promise<number | undefined> {
    const count = await super.revokeAll(subject, options);
    for (const extension of this.#extensions) await extension.revoked?.({ subject, except: options.except }, this);
    return count;
  }

  async #opened(visit: AccountVisit): Promise<void> {
    for (const extension of this.#extensions) await extension.opened?.(visit);
  }

  async #committed(visit: AccountVisit, canCarry: boolean, committed: Response): Promise<ReadonlyMap<string, string>> {
    const lines = canCarry ? committed.headers.getSetCookie() : [];
    const cookies = new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line]));
    const outcome = { ...outcomeOf(visit.session), canCarryHeaders: canCarry, cookies };
    for (const extension of this.#extensions) await extension.committed?.(visit, outcome);
    return cookies;
  }
}
