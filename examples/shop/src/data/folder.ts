import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The data cannot be kept where it should be. The message is for whoever starts the shop. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** The files of a shop. */
export interface DataFolder {
  readonly path: string;
  readonly secret: string;
  readonly database: string;
}

/** Makes the folder when it is not there, for nobody but its owner. @throws DataError */
export function openFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw dataError(path, error);
  }
  return { path, secret: join(path, "secret"), database: join(path, "shop.db") };
}

/** SQLite's codes for tables of other columns, for a damaged database, and for a file that is none. */
const DAMAGED: ReadonlySet<number> = new Set([1, 11, 26]);

/** Says what is wrong with a file or folder, and what to do. */
export function dataError(path: string, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  // What SQLite says of a file that it could open is about what is in it.
  const isDamaged = cause instanceof Error && "errcode" in cause && DAMAGED.has(Number(cause.errcode) & 0xff);
  const remedy = isDamaged ? "Move the file away, and the shop begins a new one" : "Let this user write there";
  const advice = `${remedy}, or choose another folder: SHOP_DATA=/tmp/shop npm run demo`;
  return new DataError(`The shop cannot keep its data in ${path}: ${reason}\n${advice}`, { cause });
}
