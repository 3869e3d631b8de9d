import { assertArgument } from "./assert-argument.ts";
import { toPrefix } from "./prefix.ts";
import { assertStoreKey } from "./store-key.ts";

/**
 * Converts the prefix to folders: `app:session` becomes `app:session:`.
 *
 * @throws `INVALID_OPTION`
 */
export function toBase(prefix: string): string {
  const folders = toPrefix("unstorageStore", { prefix })
    .split(":")
    .filter((folder) => folder !== "");
  // `.` and `..` are other folders, and Windows equates `a.` and `a`.
  assertArgument(
    folders.every((folder) => !folder.endsWith(".")),
    "unstorageStore: no part of prefix may end with a dot",
  );
  return folders.map((folder) => `${folder}:`).join("");
}

/**
 * The name of a session in the storage: its key in hex. The file systems of macOS and Windows ignore case, and would
 * store two keys in base64url that differ only in case in the same file. No hex digit has a meaning to a driver.
 *
 * @throws `INVALID_OPTION`
 */
export function toName(base: string, key: string): string {
  assertStoreKey(key);
  const bytes = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"));
  return base + hex.join("");
}

/** Whether {@link toName} created a name. Everything else under the prefix belongs to other programs. */
export function isName(base: string, name: string): boolean {
  return name.startsWith(base) && /^[0-9a-f]{64}$/.test(name.slice(base.length));
}
