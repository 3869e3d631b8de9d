import type { AccountManager, AccountManagerOptions } from "@coatcheck/auth";
import type { SessionMode, SessionStore, SubjectIndex } from "@coatcheck/core";
import type { SessionInspector } from "@coatcheck/inspector";
import { makeManagers, modeOf, optionsOf } from "./managers.ts";
import type { ShopData, ShopFlash } from "./session-data.ts";
import { isCookieKind, type Kind, kindNames } from "./storage-kind.ts";

/** One kind, ready to be used: managers made once, for they derive keys. */
export interface OpenKind {
  readonly kind: Kind;
  readonly mode: SessionMode;
  /** What {@link shop} was made with. */
  readonly options: AccountManagerOptions<ShopData>;
  readonly shop: AccountManager<ShopData, ShopFlash>;
  /** The sessions of the admin area: another cookie, another lifetime, the same store. */
  readonly admin: AccountManager<object, ShopFlash>;
  /** The page about the shop's session of this browser. */
  readonly inspector: SessionInspector;
  /** Whether somebody's sessions can be listed: those that are kept in cookies only nobody can count. */
  readonly canList: boolean;
}

/** Everywhere this shop can keep sessions. */
export interface Kinds {
  /** The one that new visitors start with. */
  readonly initial: OpenKind;
  readonly all: readonly OpenKind[];
  /** `undefined` for one that is not there, as Redis may be. */
  find(kind: Kind | undefined): OpenKind | undefined;
  /** Ends all sessions of a user, of every kind, and forgets their browsers. */
  endSessions(subject: string, spared?: SparedSession): Promise<void>;
}

/** A session that goes on. */
export interface SparedSession {
  readonly kind: Kind;
  readonly id: string | undefined;
}

/** Where each kind keeps sessions; a cookie kind, which sessions ended. Who is remembered is there as well. */
export type KindStores = Readonly<Partial<Record<Kind, SessionStore & SubjectIndex>>>;

/** What {@link createKinds} needs. */
export interface KindsOptions {
  /** The one that new visitors start with. */
  readonly initial: Kind;
  readonly stores: KindStores;
  readonly secret: string;
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** @throws `WEAK_SECRET`, and an error when there is no store for the initial kind */
export function createKinds({ initial, stores, secret, now = Date.now }: KindsOptions): Kinds {
  const all = kindNames.flatMap((kind): OpenKind[] => {
    const store = stores[kind];
    if (store === undefined) return [];
    const mode = modeOf(kind, store, secret);
    const options = optionsOf({ kind, mode, store, now, isInitial: kind === initial });
    return [{ kind, mode, options, canList: !isCookieKind(kind), ...makeManagers(options) }];
  });
  const find: Kinds["find"] = (kind) => all.find((one) => one.kind === kind);
  const first = find(initial);
  if (first === undefined) throw new Error(`There is no store for ${initial}.`);

  return {
    initial: first,
    all,
    find,
    async endSessions(subject, spared) {
      for (const { kind, admin, shop } of all) {
        const except = kind === spared?.kind ? spared.id : undefined;
        // Where sessions can be listed the shop's manager finds those of the admin area too, as they are in its store;
        // in a cookie kind each ends its own.
        await admin.revokeAll(subject, { except });
        await shop.revokeAll(subject, { except });
      }
    },
  };
}
