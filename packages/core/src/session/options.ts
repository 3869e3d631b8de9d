import { cookieCache } from "../cookies/cookie-cache.ts";
import { type CookieOptions, type ResolvedCookie, resolveCookie } from "../cookies/cookie-options.ts";
import { assertOption } from "../errors.ts";
import type { SessionEventListener } from "../events.ts";
import { isRecord } from "../lib/is-record.ts";
import type { StandardSchema } from "../lib/standard-schema.ts";
import type { SessionBackend, SessionMode } from "../modes/backend.ts";

/** How long sessions last. All durations in seconds. */
export interface LifetimeOptions {
  /** A session ends when no request has read it for this long (OWASP: idle timeout). @default 86_400, a day */
  readonly idle?: number;
  /**
   * A session ends this long after the login, or after it began when it is anonymous, even when it is in use (OWASP:
   * absolute timeout). Only a new `bind` extends it.
   * @default 2_592_000, 30 days
   */
  readonly absolute?: number;
  /**
   * A request that only reads extends the session when the new end is at least this much later. It keeps readers from
   * writing each time. With the default, a session ends between 0.9 and 1 times `idle` after its last use.
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
   * Whether the cookies of new sessions outlive the browser (`Max-Age`). `session.persistent` overrides it for one session.
   * @default false
   */
  readonly persistent?: boolean;
  /**
   * A Standard Schema (Zod, Valibot, ArkType and others) that session data must satisfy when it is loaded. Data that does
   * not gives a new session and a `rejected` event. Make every key optional, because a new session has none of them.
   */
  readonly schema?: StandardSchema<Partial<Data>>;
  /**
   * Bytes of memory for cookies that were verified, so that they need not be verified again. Expiry and revocation are
   * checked each time all the same. 0 turns the cache off.
   * @default 8_388_608
   */
  readonly cookieCache?: number;
  /** Whether changes are stored when the handler threw or answered 500 or above. @default false: only `destroy` is */
  readonly commitOnError?: boolean;
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Called synchronously for every session event. An exception fails the request. @default none */
  readonly onEvent?: SessionEventListener;
}

/** The options with their defaults, as the lifecycle uses them. Durations in milliseconds. */
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

const DEFAULT_IDLE = 24 * 3600;
const DEFAULT_ABSOLUTE = 30 * 24 * 3600;
const DEFAULT_CACHE_BYTES = 8 * 1024 * 1024;

/** Fills in the defaults. @throws `INVALID_OPTION` */
export function resolveOptions<Data extends object>(options: SessionManagerOptions<Data>): ManagerContext {
  const { mode, persistent = false, schema, commitOnError = false, now = Date.now } = options;
  const { cookieCache: cacheBytes = DEFAULT_CACHE_BYTES } = options;
  assertOption(
    typeof mode?.backend === "function",
    "mode must be serverSide(memoryStore()), signedCookie({ secrets }) or encryptedCookie({ secrets })",
  );
  const { idle, absolute, touchInterval } = resolveLifetime(options.lifetime);
  assertOption(schema === undefined || "~standard" in schema, "schema must be a Standard Schema");
  assertOption(cacheBytes >= 0, "cookieCache must be a number of bytes, 0 or more");
  const cookie = resolveCookie(options.cookie);
  return {
    cookie,
    backend: mode.backend({ cookie, cookieCache: cookieCache(cacheBytes), now, idle: idle * 1000 }),
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

/** The lifetime with its defaults, in seconds. @throws `INVALID_OPTION` */
export function resolveLifetime(lifetime: LifetimeOptions = {}): Required<LifetimeOptions> {
  assertOption(isRecord(lifetime), "lifetime must be an object of seconds: { idle: 3600, absolute: 86_400 }");
  const { idle = DEFAULT_IDLE, absolute = DEFAULT_ABSOLUTE, touchInterval = idle / 10 }: LifetimeOptions = lifetime;
  assertOption(isDuration(idle) && idle > 0, "lifetime.idle must be a number of seconds above 0");
  assertOption(isDuration(absolute) && absolute > 0, "lifetime.absolute must be a number of seconds above 0");
  assertOption(
    isDuration(touchInterval) && touchInterval < idle,
    "lifetime.touchInterval must be a number of seconds, 0 or more and less than lifetime.idle",
  );
  return { idle, absolute, touchInterval };
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
