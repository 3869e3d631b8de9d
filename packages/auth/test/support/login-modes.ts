import { cookieModes, type ModeUnderTest, modes } from "@coatcheck/test-support";

/** A mode, and whether it rejects a copy of a cookie after the session has ended. */
export interface LoginMode extends ModeUnderTest {
  readonly canEnd: boolean;
}

/** Every mode. */
export function loginModes(): readonly LoginMode[] {
  const ofCookies = new Set(cookieModes().map(({ name }) => name));
  return modes().map((mode) => ({ ...mode, canEnd: !ofCookies.has(mode.name) }));
}
