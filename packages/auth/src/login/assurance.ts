import type { LifetimeOptions } from "@coatcheck/core";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Timeouts for the authentication assurance levels of NIST SP 800-63B-4, at the limits that it sets: its overall
 * timeout is `absolute`, its inactivity timeout is `idle`. A `login` of the same subject restarts both (section 5.2).
 *
 * At AAL2 and AAL3 leave `persistent` and `rememberMe` off: no session secret should outlive the browser, and no cookie
 * may log in instead of the user (section 5.1).
 */

/** AAL1, section 2.1.3: 30 days. It requires no inactivity timeout. A day is the default of `SessionManager`. */
export const aal1: LifetimeOptions = { idle: DAY, absolute: 30 * DAY };

/** AAL2, section 2.2.3: a day, and an hour without activity. */
export const aal2: LifetimeOptions = { idle: HOUR, absolute: DAY };

/** AAL3, section 2.3.3: 12 hours, and 15 minutes without activity. */
export const aal3: LifetimeOptions = { idle: 15 * MINUTE, absolute: 12 * HOUR };
