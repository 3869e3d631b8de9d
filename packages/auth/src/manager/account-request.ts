import type { AccountExtension, AccountVisit } from "./account-extension.ts";

/** That the extensions of a manager attend to a session. */
export interface Attendance {
  readonly visit: AccountVisit;
  /** `Session.id` as the session was loaded. */
  readonly id: string | undefined;
  readonly extensions: readonly AccountExtension[];
  /** Until all of them have been told that it was opened. */
  readonly opening: Promise<void>;
  /** The commit, under way or done, so that a second one sets the same cookies. */
  settled?: Promise<ReadonlyMap<string, string>>;
}

const attendances = new WeakMap<object, Attendance>();

/** @param key - a session, or the pending one */
export function attend(key: object, attendance: Attendance): void {
  attendances.set(key, attendance);
}

/** `undefined` for a session of a manager without extensions, and for one that nobody has awaited. */
export function attendanceOf(key: object): Attendance | undefined {
  return attendances.get(key);
}
