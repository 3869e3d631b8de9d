import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { link, type Packed, packAll, unpack } from "../../../../.ci/test/pack.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The folder with the programs of the repository: node, deno, bun, tsc and wrangler. */
export const bin: string = join(root, "node_modules", ".bin");

/** A user's machine: the command line is installed, and the packages of this repository exist only as tarballs. */
export interface Installation {
  /** Runs `coatcheck` in a folder. */
  run(cwd: string, args: readonly string[]): Finished;
  /** Runs one of the programs in {@link bin}. */
  program(cwd: string, name: string, args: readonly string[]): Finished;
  /** Replaces `npm install` without a network: our packages come from their tarballs, others from the repository. */
  install(project: string, dependencies: readonly string[]): void;
  /** The environment of the programs. It contains nothing of the developer's environment but the PATH. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param folder - an empty folder for all files of the installation */
export function makeInstallation(folder: string): Installation {
  for (const name of ["tarballs", "home"]) mkdirSync(join(folder, name));
  const packages = new Map([...packAll(join(folder, "tarballs")).values()].map((packed) => [packed.name, packed]));
  // Wrangler does not look up versions, locations or certificates.
  const offline = {
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  };
  const path = [bin, process.env["PATH"]].join(delimiter);
  const env = { PATH: path, HOME: join(folder, "home"), GIT_CONFIG_GLOBAL: "/dev/null", NO_COLOR: "1", ...offline };

  const cli = readManifest(root, "packages/cli");
  installInto(join(folder, "cli"), ["coatcheck", ...Object.keys(cli.dependencies)], packages);
  const main = join(folder, "cli", "node_modules", "coatcheck", cli.bin.coatcheck);

  const program: Installation["program"] = (cwd, name, args) =>
    spawnSync(join(bin, name), args, { cwd, env, encoding: "utf8" });
  return {
    env,
    program,
    run: (cwd, args) => program(cwd, "node", [main, ...args]),
    install: (project, dependencies) => installInto(project, dependencies, packages),
  };
}

function installInto(project: string, dependencies: readonly string[], packages: ReadonlyMap<string, Packed>): void {
  const nodeModules = join(project, "node_modules");
  const own = join(root, "packages/cli/node_modules");
  for (const name of dependencies) {
    const packed = packages.get(name);
    if (packed !== undefined) unpack(packed, nodeModules);
    else if (existsSync(join(own, name))) link([name], nodeModules, own);
    else link([name], nodeModules);
  }
}

function readManifest(...path: string[]): { dependencies: Record<string, string>; bin: { coatcheck: string } } {
  return JSON.parse(readFileSync(join(...path, "package.json"), "utf8"));
}
