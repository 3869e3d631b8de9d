import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type DataFolder, dataError } from "./folder.ts";

/**
 * The secret of the demo, created at the first start. A real shop gets its secret from the environment and does not
 * store it beside the data.
 *
 * @throws StartError
 */
export function storedSecret({ secret: path }: DataFolder): string {
  try {
    return readSecret(path) ?? createSecret(path);
  } catch (error) {
    throw dataError(path, error);
  }
}

/** @returns `undefined` when there is no secret yet */
function readSecret(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Creates the file atomically: when two shops start at once, one creates the secret and the other reads it. */
function createSecret(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, "utf8").trim();
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
