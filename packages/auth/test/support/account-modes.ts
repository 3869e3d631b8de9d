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

/** A mode, and the store that it uses. */
export interface OpenMode {
  readonly mode: SessionMode;
  readonly store: SessionStore & SubjectIndex & Watched;
}

/** A mode that can revoke sessions. */
export interface AccountMode {
  /** For titles. */
  readonly name: string;
  readonly canList: boolean;
  /** A new one each time. */
  readonly open: () => OpenMode;
}

/** Every mode that can revoke sessions: server-side, and cookies with `revocations`. */
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

/** The modes that can list the sessions of a subject. */
export function listingModes(): readonly AccountMode[] {
  return accountModes().filter(({ canList }) => canList);
}
