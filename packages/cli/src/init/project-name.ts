/** Workers may have no longer one, in the address they answer at; npm allows more. */
const MAX_LENGTH = 63;

/** What stands for a name of which nothing is left. */
const NAMELESS = "coatcheck-app";

/** npm takes no package of these names. */
const REFUSED: ReadonlySet<string> = new Set(["node-modules", "favicon-ico"]);

/**
 * A folder's name as npm and Cloudflare both take it for a project: small letters of ASCII, digits and hyphens.
 *
 * @param folder - its name, without the path
 */
export function toProjectName(folder: string): string {
  const name = folder
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, "");
  return name === "" || REFUSED.has(name) ? NAMELESS : name;
}
