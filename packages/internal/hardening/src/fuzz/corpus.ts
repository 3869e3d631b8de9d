import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** In the repository: seeds, and inputs that once broke a target. */
const SEEDS = fileURLToPath(new URL("../../corpus/", import.meta.url));

/** Not in the repository: inputs that earlier runs found, from which the next run continues. */
const DISCOVERED = fileURLToPath(new URL("../../.cache/fuzz/", import.meta.url));

/** Inputs by file name. */
export type Corpus = ReadonlyMap<string, Buffer>;

export function readSeeds(target: string): Corpus {
  return readFolder(`${SEEDS}${target}`);
}

export function readDiscovered(target: string): Corpus {
  return readFolder(`${DISCOVERED}${target}`);
}

/** Stores an input for the next run, and returns the path of its file. */
export function saveDiscovered(target: string, input: Buffer, prefix = ""): string {
  mkdirSync(`${DISCOVERED}${target}`, { recursive: true });
  const hash = createHash("sha256").update(input).digest("hex").slice(0, 16);
  const file = `${DISCOVERED}${target}/${prefix}${hash}`;
  writeFileSync(file, input);
  return file;
}

function readFolder(folder: string): Corpus {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).sort();
  return new Map(files.map((file) => [file, readFileSync(`${folder}/${file}`)]));
}
