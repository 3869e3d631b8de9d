import { cookieModes, type ModeUnderTest, modes } from "@coatcheck/test-support";

/** A mode, and whether a copy of a cookie is worth nothing after its session has ended. */
export interface LoginMode extends ModeUnderTest {
  readonly canEnd: boolean;
}

/** Every way to keep a login. */
export function loginModes(): readonly LoginMode[] {
  const ofCookies = new Set(cookieModes().map(({ name }) => name));
  return modes().map((mode) => ({ ...mode, canEnd: !ofCookies.has(mode.name) }));
}
