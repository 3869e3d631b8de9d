import { createRequire } from "node:module";
import { join } from "node:path";
import { EngineError } from "../cli-error.ts";

/**
 * The first of the drivers that is installed. The user's project is searched first, because `npx` runs this program from
 * another folder.
 *
 * @param names - the names of the packages, the recommended one first
 * @throws `MISSING_DRIVER`, with the package to install
 */
export function findDriver(cwd: string, engine: string, names: readonly string[]): { name: string; driver: unknown } {
  const places = [createRequire(join(cwd, "package.json")), createRequire(import.meta.url)];
  for (const require of places) {
    for (const name of names) {
      try {
        return { name, driver: require(name) };
      } catch (error) {
        // A driver that is installed but fails to load reports its own error.
        if (!isMissing(error, name)) throw error;
      }
    }
  }
  const [name] = names;
  throw new EngineError("MISSING_DRIVER", `${engine} needs the package ${names.join(" or ")}: npm install ${name}`);
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" && String(message).startsWith(`Cannot find module '${name}'`);
}
