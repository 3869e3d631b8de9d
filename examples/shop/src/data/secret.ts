import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type DataFolder, dataError } from "./folder.ts";

/**
 * The secret of the demo, made at the first start. A real shop is given one by its environment, and has it in no folder
 * beside the data.
 *
 * @throws DataError
 */
export function keptSecret({ secret: path }: DataFolder): string {
  try {
    return read(path) ?? make(path);
  } catch (error) {
    throw dataError(path, error);
  }
}

/** `undefined` when there is none yet. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Whole or not at all: of two shops that start at once one makes it, and the other reads that. */
function make(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, "utf8").trim();
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
