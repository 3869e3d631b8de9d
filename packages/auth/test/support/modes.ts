import { encryptedCookie, memoryStore, signedCookie } from "@coatcheck/core";
import { cookieModes, type ModeUnderTest, modes, secret } from "../../../core/test/support/modes.ts";

/** A mode, and whether a copy of a cookie is worth nothing after its session has ended. */
export interface LoginMode extends ModeUnderTest {
  readonly canEnd: boolean;
}

/** Every way to keep a login. */
export function loginModes(): readonly LoginMode[] {
  const ofCookies = new Set(cookieModes().map(({ name }) => name));
  return [
    ...modes().map((mode) => ({ ...mode, canEnd: !ofCookies.has(mode.name) })),
    ...cookieModesWithRevocations().map((mode) => ({ ...mode, canEnd: true })),
  ];
}

/** Those that keep everything in the cookie, and on the server only what ended. */
export function cookieModesWithRevocations(): readonly ModeUnderTest[] {
  const revocations = memoryStore();
  return [
    {
      name: "signed cookie with revocations",
      mode: (secrets = secret()) => signedCookie({ secrets, revocations }),
    },
    {
      name: "encrypted cookie with revocations",
      mode: (secrets = secret()) => encryptedCookie({ secrets, revocations }),
    },
  ];
}
