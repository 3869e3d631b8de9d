import { assertOption, getExtensionData, newToken, setExtensionData, sha256 } from "@coatcheck/core/toolkit";
import { loginOf, setLoginInfo } from "../login/login-info.ts";
import type { AccountExtension, ExtensionContext, RequestExtension } from "../manager/account-extension.ts";
import { addressPrefix } from "./address-prefix.ts";

/**
 * A property of a request that stays the same while one person uses a session. A missing value is compared like any
 * other value.
 */
export type Signal = (request: Request) => string | null | undefined;

/** A request of a session has other signals than its login had. */
export interface SignalMismatchEvent {
  readonly type: "signal-mismatch";
  /** `Session.id`. */
  readonly id: string | undefined;
  readonly subject: string;
  /** The names of the signals that differ from the login, never their values. */
  readonly signals: readonly string[];
  readonly action: "not-fresh" | "end";
}

/** Options of {@link sessionProtection}: at least one signal. */
export interface SessionProtectionOptions {
  /**
   * Compares `User-Agent` without its numbers, because browsers update themselves every few weeks, which must not log
   * anyone out. A thief who can steal a cookie can usually copy it too, so it stops only careless ones.
   * @default false
   */
  readonly userAgent?: boolean;
  /**
   * Returns the address of the client. Its network is compared, `/24` of IPv4 and `/48` of IPv6, because the rest of an
   * address changes by itself. Take the address from the socket, or from a header that your own proxy sets and clears
   * (`CF-Connecting-IP`). `X-Forwarded-For` is not the default, because any client can send it. Phones change networks
   * many times a day.
   * @default none
   */
  readonly address?: Signal;
  /** Signals of your own by name: the fingerprint of a certificate, the key of a device. @default none */
  readonly signals?: Readonly<Record<string, Signal>>;
  /**
   * What a mismatch does: `requireFresh` rejects the session until the next login, or the session is ended. A session
   * that `rememberMe` restores is bound to the signals of the request that restored it.
   * @default "not-fresh"
   */
  readonly onMismatch?: "not-fresh" | "end";
  /**
   * Called when signals differ: once until the next login, and in a cookie mode also for an older copy of the cookie.
   */
  readonly onEvent?: (event: SignalMismatchEvent) => void;
}

/** The signals that a session is bound to. Stored with the session, as JSON. */
interface BoundSignals {
  readonly salt: string;
  /** By the name of the signal. Empty where it had no value. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Whether a request had other signals. */
  readonly isMismatched?: true;
}

const NAME = "signals";

/** Characters of base64url: 66 random bits. */
const SALT_LENGTH = 11;

/** Characters of base64url: 48 bits of a SHA-256 hash. */
const HASH_LENGTH = 8;

/**
 * An extension that binds a session to signals of the request that logged in, and reacts to requests with other
 * signals. A session that began without `login`, or before this extension was added, is bound by its next request.
 * Signals are stored as short salted hashes, so that a store or a cookie does not show addresses in clear text. Put it
 * after `rememberMe`.
 *
 * @throws `INVALID_OPTION`. A request throws it too when `address` does not return an address
 */
export function sessionProtection(options: SessionProtectionOptions): AccountExtension {
  const { onMismatch = "not-fresh", onEvent = () => undefined } = options;
  const signals = resolveSignals(options);
  assertOption(
    onMismatch === "not-fresh" || onMismatch === "end",
    'sessionProtection: onMismatch must be "not-fresh" or "end"',
  );

  function protectRequest({ session, request }: ExtensionContext): RequestExtension {
    /** The signals that `login` binds to. Computed before it, because hashing is asynchronous and `onLogin` is not. */
    let signalsOfLogin: BoundSignals | undefined;
    return {
      async onOpen() {
        const { id, subject } = session;
        if (subject === undefined) return;
        const bound = getExtensionData(session, NAME) as BoundSignals | undefined;
        if (bound?.isMismatched) return;
        const { salt, hashes } = await hashSignals(signals, request, bound?.salt);
        const known = Object.keys(hashes).filter((name) => Object.hasOwn(bound?.hashes ?? {}, name));
        const mismatched = known.filter((name) => bound?.hashes[name] !== hashes[name]);
        if (mismatched.length > 0) {
          onEvent({ type: "signal-mismatch", id, subject, signals: mismatched, action: onMismatch });
          if (onMismatch === "end") return session.destroy();
          setExtensionData(session, NAME, { ...bound, isMismatched: true });
          setLoginInfo(session, { ...loginOf(session), isFresh: false });
        } else if (known.length < signals.length) {
          setExtensionData(session, NAME, { salt, hashes });
        }
      },

      async beforeLogin() {
        signalsOfLogin = await hashSignals(signals, request);
      },

      onLogin() {
        setExtensionData(session, NAME, signalsOfLogin);
      },
    };
  }

  return { forRequest: protectRequest };
}

type NamedSignal = readonly [name: string, signal: Signal];

function resolveSignals({ userAgent = false, address, signals = {} }: SessionProtectionOptions): NamedSignal[] {
  const all: NamedSignal[] = [
    ...(address === undefined ? [] : [["address", networkSignal(address)] as const]),
    ...(userAgent ? [["userAgent", userAgentWithoutNumbers] as const] : []),
    ...Object.entries(signals),
  ];
  const functions: unknown[] = [...Object.values(signals), ...(address === undefined ? [] : [address])];
  const hasUniqueNames = new Set(all.map(([name]) => name)).size === all.length;
  assertOption(
    all.length > 0 && hasUniqueNames && functions.every((signal) => typeof signal === "function"),
    "sessionProtection needs signals: userAgent: true, address: a function of the request, or signals with other names",
  );
  return all;
}

function userAgentWithoutNumbers({ headers }: Request): string | undefined {
  return headers.get("User-Agent")?.replace(/[\d._]+/g, "");
}

function networkSignal(address: Signal): Signal {
  return (request) => {
    const text = address(request) ?? undefined;
    if (text === undefined) return undefined;
    const prefix = addressPrefix(text);
    assertOption(
      prefix !== undefined,
      "sessionProtection: address must return one IP address without a port, or undefined",
    );
    return prefix;
  };
}

async function hashSignals(
  signals: readonly NamedSignal[],
  request: Request,
  salt = newToken().slice(0, SALT_LENGTH),
): Promise<BoundSignals> {
  const hashes: Record<string, string> = {};
  for (const [name, signal] of signals) {
    const value = signal(request) ?? undefined;
    hashes[name] = value === undefined ? "" : (await sha256(`${salt} ${name} ${value}`)).slice(0, HASH_LENGTH);
  }
  return { salt, hashes };
}
