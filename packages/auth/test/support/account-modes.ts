import {
  encryptedCookie,
  memoryStore,
  type SessionMode,
  type SessionStore,
  type SubjectIndex,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { type Watched, watchedStore } from "./watched-store.ts";

/** A mode, and the store that all of its answers come from. */
export interface OpenMode {
  readonly mode: SessionMode;
  readonly store: SessionStore & SubjectIndex & Watched;
}

/** A way to keep sessions that can end them from outside. */
export interface AccountMode {
  /** For the titles. */
  readonly name: string;
  readonly canList: boolean;
  /** Another one each time. */
  readonly open: () => OpenMode;
}

/** Every way in which sessions can be ended from outside: on a server, and in cookies with `revocations`. */
export function accountModes(): readonly AccountMode[] {
  const over = (toMode: (store: OpenMode["store"]) => SessionMode) => () => {
    const store = watchedStore(memoryStore());
    return { store, mode: toMode(store) };
  };
  return [
    { name: "server-side", canList: true, open: over((store) => serverSide(store)) },
    {
      name: "server-side with signed ids",
      canList: true,
      open: over((store) => serverSide(store, { secrets: secret() })),
    },
    {
      name: "signed cookie with revocations",
      canList: false,
      open: over((revocations) => signedCookie({ secrets: secret(), revocations })),
    },
    {
      name: "encrypted cookie with revocations",
      canList: false,
      open: over((revocations) => encryptedCookie({ secrets: secret(), revocations })),
    },
  ];
}

/** Those that can find the sessions of a subject. */
export function listingModes(): readonly AccountMode[] {
  return accountModes().filter(({ canList }) => canList);
}
