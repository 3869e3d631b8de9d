import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";

const style = readAsset("style.css");
const favicon = readAsset("favicon.svg");

/** Where pages find the stylesheet: another address for another text, so browsers may keep it for ever. */
export const stylePath = `/style.css?v=${createHash("sha256").update(style).digest("hex").slice(0, 12)}`;

/** The files of the shop. */
export function assets(): Hono {
  const forever = { "Cache-Control": "public, max-age=31536000, immutable" };
  const day = { "Cache-Control": "public, max-age=86400" };
  return new Hono()
    .get("/style.css", (c) => c.body(style, 200, { "Content-Type": "text/css; charset=utf-8", ...forever }))
    .get("/favicon.svg", (c) => c.body(favicon, 200, { "Content-Type": "image/svg+xml", ...day }));
}

function readAsset(name: string): string {
  return readFileSync(join(import.meta.dirname, "..", "assets", name), "utf8");
}
