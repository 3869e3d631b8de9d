import { safeNext } from "@coatcheck/auth";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import { readField, readForm } from "../web/read-form.ts";
import { parseKind, type StorageKind } from "./storage-kind.ts";
import type { SessionStorage, SessionStorages } from "./storages.ts";

/** The environment of handlers behind {@link chosenStorage}. */
export interface StorageEnv {
  Variables: {
    readonly storages: SessionStorages;
    /** The storage that the current browser has chosen. */
    readonly storage: SessionStorage;
  };
}

/** The cookie holds a preference, not a secret: changing it only changes where the browser's own session is stored. */
const COOKIE = "kind";

/** Sets `c.var.storage` to the storage that the browser has chosen. */
export function chosenStorage(storages: SessionStorages): MiddlewareHandler<StorageEnv> {
  return async (c, next) => {
    c.set("storages", storages);
    c.set("storage", storages.find(parseKind(getCookie(c, COOKIE))) ?? storages.initial);
    await next();
  };
}

/** `POST /kind` chooses a storage. It is registered before `session()`, so it works while the current store is down. */
export function storageChoiceRoutes(): Hono<StorageEnv> {
  return new Hono<StorageEnv>().post("/kind", async (c) => {
    const { kind: name } = await readForm(c, "kind");
    const storage = c.var.storages.find(parseKind(name));
    if (storage === undefined) throw new HTTPException(400, { message: "Sessions cannot be stored there." });
    setChoice(c, storage.kind);
    return c.redirect(safeNext(await readField(c, "back"), "/"), 303);
  });
}

function setChoice(c: Context, kind: StorageKind): void {
  const year = 365 * 24 * 3600;
  setCookie(c, COOKIE, kind, { path: "/", maxAge: year, httpOnly: true, secure: true, sameSite: "Lax" });
}
