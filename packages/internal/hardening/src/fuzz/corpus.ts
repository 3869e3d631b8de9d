import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** In the repository: seeds, and inputs that once found something. */
const SEEDS = fileURLToPath(new URL("../../corpus/", import.meta.url));

/** Beside it: what long runs came to, for the next one to go on from. */
const GROWN = fileURLToPath(new URL("../../.cache/fuzz/", import.meta.url));

/** Inputs by their files. */
export type Corpus = ReadonlyMap<string, Buffer>;

export function readSeeds(target: string): Corpus {
  return read(`${SEEDS}${target}`);
}

export function readGrown(target: string): Corpus {
  return read(`${GROWN}${target}`);
}

/** Keeps an input for the next long run; resolves to its file. */
export function keepGrown(target: string, input: Buffer, prefix = ""): string {
  mkdirSync(`${GROWN}${target}`, { recursive: true });
  const file = `${GROWN}${target}/${prefix}${createHash("sha256").update(input).digest("hex").slice(0, 16)}`;
  writeFileSync(file, input);
  return file;
}

function read(folder: string): Corpus {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).sort();
  return new Map(files.map((file) => [file, readFileSync(`${folder}/${file}`)]));
}
