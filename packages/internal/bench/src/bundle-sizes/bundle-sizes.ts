import { gzipSync } from "node:zlib";
import { bundle } from "../../../../../.ci/test/bundle.ts";
import { LIMITS } from "../../../../../.ci/test/size-limits.ts";

/** What an application ships for its sessions, without the framework that it has anyway. */
export interface Size {
  readonly what: string;
  readonly mode: "signed" | "encrypted" | "server" | "core";
  /** Minified and gzipped. */
  readonly bytes: number;
  /** What `npm run size` allows. */
  readonly limit?: number;
}

/** By mode: exports of packages, as the README of each has it. */
const SHIPPED: readonly (Omit<Size, "bytes"> & { readonly program: string })[] = [
  ...LIMITS.map(({ names, limit }) => ({
    what: names.join(" + "),
    mode: "core" as const,
    limit,
    program: `export { ${names.join(", ")} } from "@coatcheck/core";`,
  })),
  inHono("signed", "signedCookie"),
  shipped("signed", "Hono's signed cookie", 'export { getSignedCookie, setSignedCookie } from "hono/cookie";'),
  shipped("signed", "React Router", 'export { createCookieSessionStorage } from "react-router";'),
  inHono("encrypted", "encryptedCookie"),
  shipped("encrypted", "@hono/session", 'export { useSession } from "@hono/session";'),
  shipped("encrypted", "hono-sessions", 'export { CookieStore, sessionMiddleware } from "hono-sessions";'),
  shipped("encrypted", "iron-session", 'export { getIronSession } from "iron-session";'),
  inHono("server", "serverSide"),
  shipped("server", "@hono/session", 'export { useSession, useSessionStorage } from "@hono/session";'),
  shipped("server", "hono-sessions", 'export { sessionMiddleware } from "hono-sessions";'),
];

/** Frameworks are there with and without sessions. */
const EXTERNAL = ["hono", "hono/cookie", "hono/adapter", "hono/factory", "react"];

export async function measureSizes(): Promise<Size[]> {
  const sizes: Size[] = [];
  for (const { program, ...about } of SHIPPED) {
    const isFramework = program.includes('"hono/cookie"');
    const { code } = await bundle(program, isFramework ? [] : EXTERNAL);
    sizes.push({ ...about, bytes: gzipSync(code, { level: 9 }).length });
  }
  return sizes;
}

function inHono(mode: Size["mode"], name: string): (typeof SHIPPED)[number] {
  const exports = `export { SessionManager, ${name} } from "@coatcheck/core"; export { session } from "@coatcheck/hono";`;
  return shipped(mode, "coatcheck in Hono", exports);
}

function shipped(mode: Size["mode"], what: string, program: string): (typeof SHIPPED)[number] {
  return { mode, what, program };
}
