import { assertOption, getExtensionData, newToken, setExtensionData, sha256 } from "@coatcheck/core/toolkit";
import { loginOf, noteLogin } from "../login/login-info.ts";
import type { AccountExtension, AccountVisit } from "../manager/account-extension.ts";
import { addressPrefix } from "./address-prefix.ts";

/** Something of a request that stays the same while one person uses a session. Nothing is a value like any other. */
export type Signal = (request: Request) => string | null | undefined;

/** A session came from where it was not expected. */
export interface SignalMismatchEvent {
  readonly type: "signal-mismatch";
  /** `Session.id`. */
  readonly id: string | undefined;
  readonly subject: string;
  /** Which signals were others than at the login: names, never what they were. */
  readonly signals: readonly string[];
  readonly action: "not-fresh" | "end";
}

/** Options of {@link sessionProtection}: one signal at least. */
export interface SessionProtectionOptions {
  /**
   * Compares the `User-Agent`, all but its numbers: browsers update themselves every few weeks, and nobody is to be logged
   * out by that. Who steals a cookie can mostly read and copy it, so it catches the careless.
   * @default false
   */
  readonly userAgent?: boolean;
  /**
   * Where the client's address is to be had; its network is compared, `/24` of IPv4 and `/48` of IPv6, for the rest of an
   * address changes by itself. Only the server knows: of a socket, of the header that its own proxy sets and clears
   * (`CF-Connecting-IP`). `X-Forwarded-For` is no default: whoever sends a request can write it. Phones change networks
   * many times a day.
   * @default none
   */
  readonly address?: Signal;
  /** Others, by names of your own: a certificate's fingerprint, a device's key. @default none */
  readonly signals?: Readonly<Record<string, Signal>>;
  /**
   * What a mismatch does: until the next login `requireFresh` lets the session pass no more, or the session is ended. One
   * that `rememberMe` makes is bound to what its cookie came with.
   * @default "not-fresh"
   */
  readonly onMismatch?: "not-fresh" | "end";
  /** When signals do not match: once until the next login; in a cookie mode also when an older copy comes. */
  readonly onEvent?: (event: SignalMismatchEvent) => void;
}

/** Kept with the session. */
interface Bound {
  readonly salt: string;
  /** By names of signals, empty where there was nothing. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Whether others have come. */
  readonly isMismatched?: true;
}

const NOTE = "signals";

/**
 * An extension that binds a session to signals of the request that logged in, and does something about requests that have
 * others. What came without `login`, or before there was this extension, is bound at first sight. Signals are kept as
 * short salted hashes, so that no address is read off a store or a cookie at a glance. Put it behind `rememberMe`.
 *
 * @throws `INVALID_OPTION`; when a request is opened also for an `address` that is none
 */
export function sessionProtection(options: SessionProtectionOptions): AccountExtension {
  const { onMismatch = "not-fresh", onEvent = () => undefined } = options;
  const signals = signalsOf(options);
  assertOption(
    onMismatch === "not-fresh" || onMismatch === "end",
    'sessionProtection: onMismatch must be "not-fresh" or "end"',
  );
  /** What the next login binds to: hashing takes an await, and a login that has begun none. */
  const sensed = new WeakMap<AccountVisit, Bound>();

  async function sense(request: Request, salt = newToken().slice(0, 11)): Promise<Bound> {
    const hashes: Record<string, string> = {};
    for (const [name, signal] of signals) {
      const value = signal(request) ?? undefined;
      hashes[name] = value === undefined ? "" : (await sha256(`${salt} ${name} ${value}`)).slice(0, 8);
    }
    return { salt, hashes };
  }

  return {
    async opened({ session, request }) {
      const { id, subject } = session;
      if (subject === undefined) return;
      const bound = getExtensionData(session, NOTE) as Bound | undefined;
      if (bound?.isMismatched) return;
      const { salt, hashes } = await sense(request, bound?.salt);
      const known = Object.keys(hashes).filter((name) => Object.hasOwn(bound?.hashes ?? {}, name));
      const mismatched = known.filter((name) => bound?.hashes[name] !== hashes[name]);
      if (mismatched.length > 0) {
        onEvent({ type: "signal-mismatch", id, subject, signals: mismatched, action: onMismatch });
        if (onMismatch === "end") return session.destroy();
        setExtensionData(session, NOTE, { ...bound, isMismatched: true });
        noteLogin(session, { ...loginOf(session), isFresh: false });
      } else if (known.length < signals.length) {
        setExtensionData(session, NOTE, { salt, hashes });
      }
    },

    async admit(visit) {
      sensed.set(visit, await sense(visit.request));
    },

    loggedIn(visit) {
      setExtensionData(visit.session, NOTE, sensed.get(visit));
    },
  };
}

function signalsOf({ userAgent = false, address, signals = {} }: SessionProtectionOptions): [string, Signal][] {
  const all = Object.entries(signals);
  const functions: unknown[] = [...Object.values(signals), ...(address === undefined ? [] : [address])];
  if (userAgent) all.unshift(["userAgent", ({ headers }) => headers.get("User-Agent")?.replace(/[\d._]+/g, "")]);
  if (address !== undefined) all.unshift(["address", (request) => toNetwork(address(request) ?? undefined)]);
  assertOption(
    all.length > 0 &&
      new Set(all.map(([name]) => name)).size === all.length &&
      functions.every((signal) => typeof signal === "function"),
    "sessionProtection needs signals: userAgent: true, address: a function of the request, or signals with names of their own",
  );
  return all;
}

function toNetwork(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const prefix = addressPrefix(address);
  assertOption(
    prefix !== undefined,
    "sessionProtection: address must return one IP address, without a port, or undefined where there is none",
  );
  return prefix;
}
