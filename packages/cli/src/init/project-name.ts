/** The name of a Worker is a part of its host name. npm would allow more. */
const MAX_LENGTH = 63;

/** Replaces a name of which no valid character is left. */
const DEFAULT_NAME = "coatcheck-app";

/** Names that npm rejects. */
const REJECTED: ReadonlySet<string> = new Set(["node-modules", "favicon-ico"]);

/**
 * The name of a project that npm and Cloudflare accept, from the name of its folder: lowercase ASCII letters, digits and
 * hyphens.
 *
 * @param folder - the name of the folder, without its path
 */
export function toProjectName(folder: string): string {
  const name = folder
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, "");
  return name === "" || REJECTED.has(name) ? DEFAULT_NAME : name;
}
