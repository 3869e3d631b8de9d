import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type SessionMode,
  type SessionStore,
  type SubjectIndex,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "./secret.ts";

/** A way to store sessions. */
export interface ModeUnderTest {
  /** For titles. */
  readonly name: string;
  /** Makes a new mode with a store of its own, and with a secret of its own unless given one. */
  readonly mode: (secrets?: Secrets) => SessionMode;
}

/** A way to store sessions that takes secrets. */
export interface ModeWithSecrets extends ModeUnderTest {
  /** Makes a site: a function that makes modes which share one store, whatever their secrets. */
  readonly site: () => (secrets: Secrets) => SessionMode;
}

/** Every way to store a session, for tests of what holds in all of them. */
export function modes(): readonly ModeUnderTest[] {
  return [
    { name: "server-side", mode: () => serverSide(memoryStore()) },
    ...modesWithSecrets(),
    ...cookieModesWithRevocations(),
  ];
}

/** Server-side with signed ids, and the cookie modes. */
export function modesWithSecrets(): readonly ModeWithSecrets[] {
  return [over("server-side with signed ids", (store, secrets) => serverSide(store, { secrets })), ...cookieModes()];
}

/** The modes that store everything in the cookie. */
export function cookieModes(): readonly ModeWithSecrets[] {
  return [
    over("signed cookie", (_store, secrets) => signedCookie({ secrets })),
    over("encrypted cookie", (_store, secrets) => encryptedCookie({ secrets })),
  ];
}

/** The cookie modes that record in a store which sessions have ended. */
export function cookieModesWithRevocations(): readonly ModeWithSecrets[] {
  return [
    over("signed cookie with revocations", (revocations, secrets) => signedCookie({ secrets, revocations })),
    over("encrypted cookie with revocations", (revocations, secrets) => encryptedCookie({ secrets, revocations })),
  ];
}

function over(
  name: string,
  make: (store: SessionStore & SubjectIndex, secrets: Secrets) => SessionMode,
): ModeWithSecrets {
  const site = () => {
    const store = memoryStore();
    return (secrets: Secrets) => make(store, secrets);
  };
  return { name, site, mode: (secrets = secret()) => site()(secrets) };
}
