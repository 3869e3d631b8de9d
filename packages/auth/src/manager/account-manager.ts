import {
  InvalidOptionError,
  type PendingSession,
  type Session,
  SessionManager,
  type SessionManagerOptions,
  UnsupportedError,
} from "@coatcheck/core";
import { assertOption, canCarryHeaders, outcomeOf, prepare, withCookies } from "@coatcheck/core/toolkit";
import type { AccountExtension, AccountSessions, AccountVisit, Revocation } from "./account-extension.ts";
import { type Attendance, attend, attendanceOf } from "./account-request.ts";

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
  /** The timeouts, with the defaults filled in. Seconds. */
  readonly lifetime: AccountSessions["lifetime"];
  /** The clock, epoch milliseconds. */
  readonly now: () => number;
  readonly #extensions: readonly AccountExtension[];

  /** @throws as `SessionManager` does, and `UNSUPPORTED` for an extension that cannot work in that mode */
  constructor(options: AccountManagerOptions<Data>) {
    super(options);
    const { extensions = [], lifetime: { idle = 24 * 3600, absolute = 30 * 24 * 3600 } = {}, now = Date.now } = options;
    this.lifetime = { idle, absolute };
    this.now = now;
    const isList = Array.isArray(extensions) && extensions.every((each) => typeof each === "object" && each !== null);
    if (!isList) throw new InvalidOptionError("extensions must be a list: [rememberMe({ store })].");
    if (extensions.filter(({ remembers }) => remembers).length > 1) {
      throw new InvalidOptionError("There can be one rememberMe only among the extensions.");
    }
    if (options.mode.name !== "server" && extensions.some(({ lists }) => lists)) {
      throw new UnsupportedError(
        "sessionLimit needs serverSide(store): nobody can count what is kept in cookies only.",
      );
    }
    this.#extensions = [...extensions];
  }

  override open(request: Request): PendingSession<Data, Flash> {
    const pending = super.open(request);
    prepare(pending, async (session) => {
      const admit: AccountVisit["admit"] = async (...args) => {
        for (const extension of this.#extensions) await extension.admit?.(visit, ...args);
      };
      const visit: AccountVisit = { session, request, sessions: this, admit };
      const { id } = session;
      const attendance: Attendance = { visit, id, extensions: this.#extensions, opening: this.#opened(visit) };
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
    if (attendance === undefined) return super.commit(session, response, options);
    const isOpened = await attendance.opening.then(
      () => true,
      () => false,
    );
    if (!isOpened) {
      // Whoever awaited the session was refused it. What extensions had made of it until one failed, somebody logged in
      // say, must not leave either; only what they ended is.
      await super.commit(session, Response.error(), { failed: true });
      return withCookies(response, new Map());
    }
    const canCarry = canCarryHeaders(response);
    // Committed to a stand-in first: when an extension fails, the cookie must not be on the response already.
    const standIn = canCarry ? new Response(null, { status: response.status }) : response;
    let committed: Response;
    try {
      committed = await super.commit(session, standIn, options);
    } catch (error) {
      // A logout that failed at what came after it must not be half of one.
      if (outcomeOf(attendance.visit.session).isDestroyed) await this.#destroyed(attendance.visit).catch(() => {});
      throw error;
    }
    attendance.settled ??= this.#committed(attendance, canCarry, committed);
    return withCookies(response, await attendance.settled);
  }

  override async revoke(sessionId: string): Promise<boolean> {
    const revoking = super.revoke(sessionId);
    await this.#revoked({ id: sessionId }, revoking);
    return revoking;
  }

  override async revokeAll(
    subject: string,
    options: { readonly except?: string | undefined } = {},
  ): Promise<number | undefined> {
    assertOption(Object(options) === options, "revokeAll needs { except: id }");
    const revoking = super.revokeAll(subject, options);
    await this.#revoked({ subject, except: options.except }, revoking);
    return revoking;
  }

  async #opened(visit: AccountVisit): Promise<void> {
    for (const extension of this.#extensions) await extension.opened?.(visit);
  }

  /** Also in a mode that cannot end sessions: what could make new ones of itself can be ended all the same. */
  async #revoked(revocation: Revocation, revoking: Promise<unknown>): Promise<void> {
    await revoking.catch((error: unknown) => {
      if (!(error instanceof UnsupportedError)) throw error;
    });
    for (const extension of this.#extensions) await extension.revoked?.(revocation, this);
  }

  async #destroyed(visit: AccountVisit): Promise<void> {
    const outcome = { isKept: false, isDestroyed: true, hasNewId: false, canCarryHeaders: false, cookies: new Map() };
    for (const extension of this.#extensions) await extension.committed?.(visit, outcome);
  }

  async #committed(
    { visit, id: idBefore }: Attendance,
    canCarry: boolean,
    committed: Response,
  ): Promise<ReadonlyMap<string, string>> {
    const lines = canCarry ? committed.headers.getSetCookie() : [];
    const cookies = new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line]));
    const { id } = visit.session;
    const outcome = outcomeOf(visit.session);
    const hasNewId = outcome.isKept && id !== idBefore;
    try {
      for (const extension of this.#extensions) {
        await extension.committed?.(visit, { ...outcome, hasNewId, canCarryHeaders: canCarry, cookies });
      }
    } catch (error) {
      // Its id goes to nobody: it could only get in the way of a list of devices, and of a limit. Nobody revoked it, so
      // extensions are not told. Should that fail as well, it is told what failed first, and the session idles out.
      if (hasNewId && id !== undefined) await super.revoke(id).catch(() => false);
      throw error;
    }
    return cookies;
  }
}
