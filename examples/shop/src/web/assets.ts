import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";

const style = readAsset("style.css");
const favicon = readAsset("favicon.svg");

/** The URL of the stylesheet. It changes with the content, so browsers may cache the file permanently. */
export const stylePath = `/style.css?v=${createHash("sha256").update(style).digest("hex").slice(0, 12)}`;

/** The static files of the shop. */
export function assets(): Hono {
  const permanent = { "Cache-Control": "public, max-age=31536000, immutable" };
  const day = { "Cache-Control": "public, max-age=86400" };
  return new Hono()
    .get("/style.css", (c) => c.body(style, 200, { "Content-Type": "text/css; charset=utf-8", ...permanent }))
    .get("/favicon.svg", (c) => c.body(favicon, 200, { "Content-Type": "image/svg+xml", ...day }));
}

function readAsset(name: string): string {
  return readFileSync(join(import.meta.dirname, "..", "assets", name), "utf8");
}
