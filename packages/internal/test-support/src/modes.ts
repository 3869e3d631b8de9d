import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "./secret.ts";

/** A way to keep sessions. */
export interface ModeUnderTest {
  /** For the titles. */
  readonly name: string;
  /** Another mode each time, with a secret of its own unless given one. */
  readonly mode: (secrets?: Secrets) => SessionMode;
}

/** Every way to keep a session, for tests of what must hold in all of them. */
export function modes(): readonly ModeUnderTest[] {
  return [
    { name: "server-side", mode: () => serverSide(memoryStore()) },
    ...modesWithSecrets(),
    ...cookieModesWithRevocations(),
  ];
}

/** Those that take secrets. What is kept on the server is kept in one store, as the servers of one site do. */
export function modesWithSecrets(): readonly ModeUnderTest[] {
  const store = memoryStore();
  return [
    { name: "server-side with signed ids", mode: (secrets = secret()) => serverSide(store, { secrets }) },
    ...cookieModes(),
  ];
}

/** Those that keep everything in the cookie. */
export function cookieModes(): readonly ModeUnderTest[] {
  return [
    { name: "signed cookie", mode: (secrets = secret()) => signedCookie({ secrets }) },
    { name: "encrypted cookie", mode: (secrets = secret()) => encryptedCookie({ secrets }) },
  ];
}

/** Those that keep everything in the cookie but what ended, which they note in one store, as the servers of one site do. */
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
