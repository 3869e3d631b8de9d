import { cookieCache } from "../cookies/cookie-cache.ts";
import { type CookieOptions, type ResolvedCookie, resolveCookie } from "../cookies/cookie-options.ts";
import { assertOption } from "../errors.ts";
import type { SessionEventListener } from "../events.ts";
import type { StandardSchema } from "../lib/standard-schema.ts";
import type { SessionBackend, SessionMode } from "../modes/backend.ts";

/** How long sessions last. All durations in seconds. */
export interface LifetimeOptions {
  /** After this long without a request that reads it, a session ends (OWASP: idle timeout). @default 86_400, a day */
  readonly idle?: number;
  /**
   * This long after the subject logged in, or after an anonymous session began, it ends whatever happens (OWASP:
   * absolute timeout). Nothing but a new `bind` extends it.
   * @default 2_592_000, 30 days
   */
  readonly absolute?: number;
  /**
   * How much later a session would have to end before a mere read extends it. The throttle that keeps readers from
   * writing: with the default, a session ends between nine and ten tenths of `idle` after its last use.
   * @default a tenth of `idle`
   */
  readonly touchInterval?: number;
}

/** Options of {@link SessionManager}. */
export interface SessionManagerOptions<Data extends object = Record<string, unknown>> {
  /** `serverSide(store)`, `signedCookie({ secrets })` or `encryptedCookie({ secrets })`. */
  readonly mode: SessionMode;
  /** Name and attributes of the cookie. @default __Host-session; Path=/; HttpOnly; Secure; SameSite=Lax */
  readonly cookie?: CookieOptions;
  /** When sessions end, in seconds. @default a day without use, 30 days in all */
  readonly lifetime?: LifetimeOptions;
  /**
   * Whether new sessions outlive the browser (`Max-Age` on the cookie); `session.persistent` overrides it for one.
   * @default false
   */
  readonly persistent?: boolean;
  /**
   * A Standard Schema (Zod, Valibot, ArkType …) that session data must satisfy when it is loaded; what does not is a
   * new session and a `rejected` event. Every key should be optional, for no session has all of them from the start.
   */
  readonly schema?: StandardSchema<Partial<Data>>;
  /**
   * Bytes of memory for cookies that were verified once, and need not be when they come again. Whether the session has
   * expired or ended is asked each time, whatever the cookie's age. 0 turns it off.
   * @default 8_388_608
   */
  readonly cookieCache?: number;
  /** Whether changes are also kept when the handler threw or answered 500 or above. @default false: only `destroy` is */
  readonly commitOnError?: boolean;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Told at once of what happens to sessions, for a log; what it throws fails the request. @default none */
  readonly onEvent?: SessionEventListener;
}

/** Options with the defaults filled in; what the lifecycle works with. Durations in milliseconds. */
export interface ManagerContext {
  readonly cookie: ResolvedCookie;
  readonly backend: SessionBackend;
  readonly idle: number;
  readonly absolute: number;
  readonly touchInterval: number;
  readonly persistent: boolean;
  readonly schema: StandardSchema<object> | undefined;
  readonly commitOnError: boolean;
  readonly now: () => number;
  readonly emit: SessionEventListener;
}

/** Fills in the defaults and refuses what can be known to be wrong. @throws `INVALID_OPTION` */
export function resolveOptions<Data extends object>(options: SessionManagerOptions<Data>): ManagerContext {
  const { mode, lifetime = {}, persistent = false, schema, commitOnError = false, now = Date.now } = options;
  const { cookieCache: cacheBytes = 2 ** 23 } = options;
  const { idle = 24 * 3600, absolute = 30 * 24 * 3600, touchInterval = idle / 10 } = lifetime;
  assertOption(
    typeof mode?.backend === "function",
    "mode must be serverSide(memoryStore()), signedCookie or encryptedCookie({ secrets })",
  );
  assertOption(
    Object(lifetime) === lifetime &&
      [idle, absolute, touchInterval].every(Number.isFinite) &&
      absolute > 0 &&
      touchInterval >= 0 &&
      touchInterval < idle,
    "lifetime must be seconds, touchInterval below idle",
  );
  assertOption(!schema || "~standard" in schema, "schema must be a Standard Schema");
  assertOption(cacheBytes >= 0, "cookieCache must be bytes");
  const cookie = resolveCookie(options.cookie);
  return {
    cookie,
    backend: mode.backend({ cookie, seen: cookieCache(cacheBytes), now, idle: idle * 1000 }),
    idle: idle * 1000,
    absolute: absolute * 1000,
    touchInterval: touchInterval * 1000,
    persistent,
    schema,
    commitOnError,
    now,
    emit: options.onEvent ?? (() => undefined),
  };
}
