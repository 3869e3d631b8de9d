import { gzipSync } from "node:zlib";
import { bundle } from "../../../../../.ci/test/bundle.ts";
import { LIMITS } from "../../../../../.ci/test/size-limits.ts";

/** The size of what an application bundles for its sessions, without the framework that it has anyway. */
export interface Size {
  /** The library; for rows of core, the exports. */
  readonly label: string;
  readonly mode: "signed" | "encrypted" | "server" | "core";
  /** Bytes, minified and gzipped. */
  readonly bytes: number;
  /** The limit of `npm run size`. */
  readonly limit?: number;
}

/** What is bundled for each mode: the exports that the README of each package uses. */
const BUNDLES: readonly (Omit<Size, "bytes"> & { readonly program: string })[] = [
  ...LIMITS.map(({ names, limit }) => ({
    label: names.join(" + "),
    mode: "core" as const,
    limit,
    program: `export { ${names.join(", ")} } from "@coatcheck/core";`,
  })),
  inHono("signed", "signedCookie"),
  bundleOf("signed", "Hono's signed cookie", 'export { getSignedCookie, setSignedCookie } from "hono/cookie";'),
  bundleOf("signed", "React Router", 'export { createCookieSessionStorage } from "react-router";'),
  inHono("encrypted", "encryptedCookie"),
  bundleOf("encrypted", "@hono/session", 'export { useSession } from "@hono/session";'),
  bundleOf("encrypted", "hono-sessions", 'export { CookieStore, sessionMiddleware } from "hono-sessions";'),
  bundleOf("encrypted", "iron-session", 'export { getIronSession } from "iron-session";'),
  inHono("server", "serverSide"),
  bundleOf("server", "@hono/session", 'export { useSession, useSessionStorage } from "@hono/session";'),
  bundleOf("server", "hono-sessions", 'export { sessionMiddleware } from "hono-sessions";'),
];

/** Frameworks are not bundled, because an application has its framework with and without sessions. */
const EXTERNAL = ["hono", "hono/cookie", "hono/adapter", "hono/factory", "react"];

export async function measureSizes(): Promise<Size[]> {
  const sizes: Size[] = [];
  for (const { program, ...rest } of BUNDLES) {
    const usesFramework = program.includes('"hono/cookie"');
    const { code } = await bundle(program, usesFramework ? [] : EXTERNAL);
    sizes.push({ ...rest, bytes: gzipSync(code, { level: 9 }).length });
  }
  return sizes;
}

function inHono(mode: Size["mode"], name: string): (typeof BUNDLES)[number] {
  const exports = `export { SessionManager, ${name} } from "@coatcheck/core"; export { session } from "@coatcheck/hono";`;
  return bundleOf(mode, "coatcheck in Hono", exports);
}

function bundleOf(mode: Size["mode"], label: string, program: string): (typeof BUNDLES)[number] {
  return { mode, label, program };
}
