import {
  encryptedCookie,
  memoryStore,
  SessionManager,
  type SessionMode,
  type SessionStore,
  serverSide,
} from "@coatcheck/core";
import { answered, type Library, requestOf, type Setup } from "../library.ts";

/** With a store. */
export const coatcheckStore: Library = {
  name: "coatcheck",
  takesStore: true,
  rotates: true,
  start(setup) {
    const { store, countRows } = watched(setup);
    return { ...application(serverSide(store, { secrets: setup.secrets }), setup), countRows };
  },
};

/** In an encrypted cookie, with revocations in a store. */
export const coatcheckCookie: Library = {
  name: "coatcheck",
  rotates: true,
  start(setup) {
    const { store } = watched(setup);
    return application(encryptedCookie({ secrets: setup.secrets, revocations: store }), setup);
  },
};

/** In an encrypted cookie, with nothing on the server. */
export const coatcheckCookieAlone: Library = {
  name: "coatcheck, no store",
  rotates: true,
  start: (setup) => application(encryptedCookie({ secrets: setup.secrets }), setup),
};

function application(mode: SessionMode, { maxAge }: Setup) {
  const lifetime = maxAge === undefined ? {} : { idle: maxAge, absolute: maxAge };
  const sessions = new SessionManager({ mode, lifetime, persistent: maxAge !== undefined });
  return {
    visit: (visit: Parameters<ReturnType<Library["start"]>["visit"]>[0]) =>
      answered(() =>
        sessions.handle(requestOf(visit), async (pending) => {
          const session = await pending;
          await visit.act({
            get: (key) => session.get(key),
            set: (key, value) => session.set(key, value),
            end: () => session.destroy(),
          });
          return new Response("ok");
        }),
      ),
  };
}

function watched({ beforeWrite = () => undefined }: Setup): { store: SessionStore; countRows: () => number } {
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
