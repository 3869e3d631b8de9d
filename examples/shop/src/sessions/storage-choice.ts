import { safeNext } from "@coatcheck/auth";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import { readField, readForm } from "../web/read-form.ts";
import { parseKind } from "./storage-kind.ts";
import type { Kinds, OpenKind } from "./storages.ts";

/** The environment of a handler behind {@link chosenKind}. */
export interface KindEnv {
  Variables: {
    readonly kinds: Kinds;
    /** The one of this browser. */
    readonly kind: OpenKind;
  };
}

/** A preference and no secret: whoever changes it chooses another place to keep their own session. */
const COOKIE = "kind";

/** Finds the kind that this browser has chosen. */
export function chosenKind(kinds: Kinds): MiddlewareHandler<KindEnv> {
  return async (c, next) => {
    c.set("kinds", kinds);
    c.set("kind", kinds.find(parseKind(getCookie(c, COOKIE))) ?? kinds.initial);
    await next();
  };
}

/** `POST /kind`. In front of `session()`: whoever leaves a store that is down must not need it. */
export function kindChoice(): Hono<KindEnv> {
  return new Hono<KindEnv>().post("/kind", async (c) => {
    const { kind: name } = await readForm(c, "kind");
    const kind = c.var.kinds.find(parseKind(name));
    if (kind === undefined) throw new HTTPException(400, { message: "Sessions cannot be kept there." });
    remember(c, kind);
    return c.redirect(safeNext(await readField(c, "back"), "/"), 303);
  });
}

function remember(c: Context, { kind }: OpenKind): void {
  const year = 365 * 24 * 3600;
  setCookie(c, COOKIE, kind, { path: "/", maxAge: year, httpOnly: true, secure: true, sameSite: "Lax" });
}
