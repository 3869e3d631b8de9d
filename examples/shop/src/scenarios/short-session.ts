import { type Session, SessionManager } from "@coatcheck/core";
import type { OpenKind } from "../sessions/storages.ts";

/** A short session beside the shop's, in a cookie of its own. */
export type SideManager = SessionManager<SideData>;
export type SideSession = Session<SideData>;

interface SideData {
  visits: number;
}

/** Seconds. */
export const SIDE_LIFETIME = { idle: 15, absolute: 60, touchInterval: 0 } as const;

const managers = new WeakMap<OpenKind, SideManager>();

/** Made once for each kind, as every manager is. */
export function sideManagerOf(kind: OpenKind): SideManager {
  const known = managers.get(kind);
  if (known !== undefined) return known;
  const { now } = kind.options;
  const made: SideManager = new SessionManager<SideData>({
    mode: kind.mode,
    ...(now && { now }),
    cookie: { name: `__Host-minute-${kind.kind}` },
    lifetime: SIDE_LIFETIME,
  });
  managers.set(kind, made);
  return made;
}
