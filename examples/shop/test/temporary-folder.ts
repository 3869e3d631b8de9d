import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Creates a folder for the data of one shop. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "coatcheck-shop-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
