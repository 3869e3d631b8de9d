import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../start-error.ts";

/** The files of a shop. */
export interface DataFolder {
  readonly path: string;
  readonly secret: string;
  readonly database: string;
}

/** Creates the folder if it does not exist, with access for its owner only. @throws StartError */
export function openFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw dataError(path, error);
  }
  return { path, secret: join(path, "secret"), database: join(path, "shop.db") };
}

/** SQLite's result codes for unexpected tables (1), a damaged database (11) and a file that is not a database (26). */
const UNUSABLE_DATABASE: ReadonlySet<number> = new Set([1, 11, 26]);

/** Explains what is wrong with a file or folder and what to do. */
export function dataError(path: string, cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  // SQLite could open the file with these codes, so the problem is the content and not the permissions.
  const isUnusable =
    cause instanceof Error && "errcode" in cause && UNUSABLE_DATABASE.has(Number(cause.errcode) & 0xff);
  const remedy = isUnusable ? "Move the file away, and the shop creates a new one" : "Give this user write access";
  const advice = `${remedy}, or choose another folder: SHOP_DATA=/tmp/shop npm run demo`;
  return new StartError(`The shop cannot store its data in ${path}: ${reason}\n${advice}`, { cause });
}
