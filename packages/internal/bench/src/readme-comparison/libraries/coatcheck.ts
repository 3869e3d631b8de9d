import {
  encryptedCookie,
  memoryStore,
  SessionManager,
  type SessionMode,
  type SessionStore,
  serverSide,
} from "@coatcheck/core";
import { type Application, catchErrors, type Library, type Setup, toWebRequest } from "../library.ts";

/** Server-side sessions. */
export const coatcheckStore: Library = {
  name: "coatcheck",
  acceptsStore: true,
  acceptsSeveralSecrets: true,
  start(setup) {
    const { store, countRows } = observedStore(setup);
    return { ...application(serverSide(store, { secrets: setup.secrets }), setup), countRows };
  },
};

/** An encrypted cookie, with revocations in a store. */
export const coatcheckCookie: Library = {
  name: "coatcheck",
  acceptsSeveralSecrets: true,
  start(setup) {
    const { store } = observedStore(setup);
    return application(encryptedCookie({ secrets: setup.secrets, revocations: store }), setup);
  },
};

/** An encrypted cookie without a store. */
export const coatcheckCookieWithoutStore: Library = {
  name: "coatcheck, no store",
  acceptsSeveralSecrets: true,
  start: (setup) => application(encryptedCookie({ secrets: setup.secrets }), setup),
};

function application(mode: SessionMode, { maxAge }: Setup): Application {
  const lifetime = maxAge === undefined ? {} : { idle: maxAge, absolute: maxAge };
  const sessions = new SessionManager({ mode, lifetime, persistent: maxAge !== undefined });
  return {
    handle: (request) =>
      catchErrors(() =>
        sessions.handle(toWebRequest(request), async (pending) => {
          const session = await pending;
          await request.act({
            get: (key) => session.get(key),
            set: (key, value) => session.set(key, value),
            end: () => session.destroy(),
          });
          return new Response("ok");
        }),
      ),
  };
}

/** A memory store that counts its sessions and can fail. */
function observedStore({ beforeWrite = () => undefined }: Setup): { store: SessionStore; countRows: () => number } {
  const store = memoryStore();
  const keys = new Set<string>();
  return {
    countRows: () => keys.size,
    store: {
      ...store,
      async create(key, session) {
        beforeWrite();
        keys.add(key);
        return store.create(key, session);
      },
      async update(key, session, expectedVersion) {
        beforeWrite();
        return store.update(key, session, expectedVersion);
      },
    },
  };
}
