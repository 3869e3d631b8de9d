import { type Session, SessionManager } from "@coatcheck/core";
import type { SessionStorage } from "../sessions/storages.ts";

/** A second session with short timeouts, in its own cookie. */
export type ShortSession = Session<ShortSessionData>;
export type ShortSessionManager = SessionManager<ShortSessionData>;

interface ShortSessionData {
  visits: number;
}

/** In seconds. */
export const SHORT_LIFETIME = { idle: 15, absolute: 60, touchInterval: 0 } as const;

const managers = new WeakMap<SessionStorage, ShortSessionManager>();

/** Returns the manager for a storage. It is created once, because it derives keys. */
export function shortSessions(storage: SessionStorage): ShortSessionManager {
  const existing = managers.get(storage);
  if (existing !== undefined) return existing;
  const { now } = storage.options;
  const manager: ShortSessionManager = new SessionManager<ShortSessionData>({
    mode: storage.mode,
    ...(now && { now }),
    cookie: { name: `__Host-minute-${storage.kind}` },
    lifetime: SHORT_LIFETIME,
  });
  managers.set(storage, manager);
  return manager;
}
