/** NIST SP 800-63B-4 authentication assurance level. */
export type AssuranceLevel = 1 | 2 | 3;

/** Options of `login`. */
export interface LoginOptions {
  /**
   * Whether the browser logs in by itself after its session has ended. `true` needs the extension `rememberMe`. `false`
   * makes the server forget the browser. When omitted, a browser that is remembered for the same subject stays so.
   */
  readonly remember?: boolean;
  /** How the user proved their identity: `"password"`, `"passkey"`, … */
  readonly method?: string;
  /** NIST SP 800-63B-4 assurance level of that proof. */
  readonly level?: AssuranceLevel;
  /** Whether the session cookie outlives the browser. @default as it was; at first the manager's `persistent` */
  readonly persistent?: boolean;
  /**
   * When the identity provider's session ends, epoch milliseconds, in the future. This session ends then at the latest.
   */
  readonly endsAt?: number;
  /** The identity provider's name for its session (OpenID Connect `sid`), which `revokeBySid` takes. */
  readonly sid?: string;
}
