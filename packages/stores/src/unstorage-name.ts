import { assertArgument, assertStoreKey } from "./assert-argument.ts";
import { toPrefix } from "./prefix.ts";

/**
 * The prefix as folders: `app:session` becomes `app:session:`.
 *
 * @throws `INVALID_OPTION`
 */
export function toBase(prefix: string): string {
  const folders = toPrefix("unstorageStore", { prefix })
    .split(":")
    .filter((folder) => folder !== "");
  // `.` and `..` lead elsewhere, and Windows takes `a.` for `a`.
  assertArgument(
    folders.every((folder) => !folder.endsWith(".")),
    "unstorageStore: no part of prefix may end in a dot",
  );
  return folders.map((folder) => `${folder}:`).join("");
}

/**
 * Where a session is: its key in hex, because the file systems of macOS and Windows take two keys in base64url for the
 * same file when they differ only in case. No character of it means anything to a driver.
 *
 * @throws `INVALID_OPTION`
 */
export function toName(base: string, key: string): string {
  assertStoreKey(key);
  const bytes = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"));
  return base + hex.join("");
}

/** Whether a name is one that {@link toName} made: what else lies under the prefix is not ours. */
export function isName(base: string, name: string): boolean {
  return name.startsWith(base) && /^[0-9a-f]{64}$/.test(name.slice(base.length));
}
