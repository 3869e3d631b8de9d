import type { AccountManager, AccountManagerOptions } from "@coatcheck/auth";
import type { SessionMode, SessionStore, SubjectIndex } from "@coatcheck/core";
import type { SessionInspector } from "@coatcheck/inspector";
import { createManagers, createMode, managerOptions } from "./managers.ts";
import type { ShopData, ShopFlash } from "./session-data.ts";
import { isCookieKind, type StorageKind, storageKinds } from "./storage-kind.ts";

/** A kind of storage with its session managers. They are created once, because they derive keys. */
export interface SessionStorage {
  readonly kind: StorageKind;
  readonly mode: SessionMode;
  /** The options of {@link shopSessions}. */
  readonly options: AccountManagerOptions<ShopData>;
  readonly shopSessions: AccountManager<ShopData, ShopFlash>;
  /** The sessions of the admin area: another cookie and another lifetime, in the same store. */
  readonly adminSessions: AccountManager<object, ShopFlash>;
  /** The page that shows the shop session of the current browser. */
  readonly inspector: SessionInspector;
  /** Whether a user's sessions can be listed. The server does not know the sessions that are in cookies. */
  readonly canList: boolean;
}

/** Every storage that this shop offers. */
export interface SessionStorages {
  /** The storage that new visitors start with. */
  readonly initial: SessionStorage;
  readonly all: readonly SessionStorage[];
  /** Returns `undefined` for a storage that is not available, such as a Redis that was not configured. */
  find(kind: StorageKind | undefined): SessionStorage | undefined;
  /** Ends all sessions of a user in every storage, except one if given, and forgets the user's remembered browsers. */
  endSessions(subject: string, except?: ExceptedSession): Promise<void>;
}

/** The one session that {@link SessionStorages.endSessions} does not end. */
export interface ExceptedSession {
  readonly kind: StorageKind;
  readonly id: string | undefined;
}

/**
 * The store of each kind. Kinds that keep sessions in cookies store only the sessions that have ended. Every store also
 * holds the remembered browsers.
 */
export type StoresByKind = Readonly<Partial<Record<StorageKind, SessionStore & SubjectIndex>>>;

/** Options of {@link createStorages}. */
export interface StoragesOptions {
  /** The kind that new visitors start with. */
  readonly initial: StorageKind;
  readonly stores: StoresByKind;
  readonly secret: string;
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** @throws `WEAK_SECRET`, and an error when there is no store for the initial kind */
export function createStorages({ initial, stores, secret, now = Date.now }: StoragesOptions): SessionStorages {
  const all = storageKinds.flatMap((kind): SessionStorage[] => {
    const store = stores[kind];
    if (store === undefined) return [];
    const mode = createMode(kind, store, secret);
    const options = managerOptions({ kind, mode, store, now, isInitial: kind === initial });
    return [{ kind, mode, options, canList: !isCookieKind(kind), ...createManagers(options) }];
  });
  const find: SessionStorages["find"] = (kind) => all.find((storage) => storage.kind === kind);
  const initialStorage = find(initial);
  if (initialStorage === undefined) throw new Error(`There is no store for ${initial}.`);

  return {
    initial: initialStorage,
    all,
    find,
    async endSessions(subject, except) {
      for (const { kind, adminSessions, shopSessions } of all) {
        const options = { except: kind === except?.kind ? except.id : undefined };
        // In a store that lists sessions, both managers find all sessions of the user. With cookies, each manager ends
        // only its own.
        await adminSessions.revokeAll(subject, options);
        await shopSessions.revokeAll(subject, options);
      }
    },
  };
}
