import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "./engine.ts";
import { startOrSkip } from "./start-or-skip.ts";

/** A line of a README, and what came of it. */
export interface ShownVisit {
  readonly line: string;
  /** The comment behind it. */
  readonly shown: string;
  readonly answered: string;
}

/** Visits in a shell block: `visit -d '' http://localhost:3000/votes    # {"votes":1}` */
const VISIT = /^(visit .*?)\s{2,}# (.*)$/gm;

/**
 * Types what a README says into a shell: the block that defines `visit`, with its cookies in a folder of its own.
 *
 * @param origin - of the running server, instead of the one that the README has
 * @returns the visits that were answered otherwise than shown; `undefined` when there is no curl to try them with
 */
export async function wrongVisits(readme: URL, origin: string): Promise<ShownVisit[] | undefined> {
  const hasCurl = await startOrSkip("what READMEs of examples show", async () => {
    for (const program of ["bash", "curl"]) findProgram(program, `apt-get install ${program}`);
    return true;
  });
  if (hasCurl === undefined) return undefined;
  const visits = await tryVisits(readme, origin);
  if (visits.length < 2) throw new Error(`${readme.pathname} shows no visits.`);
  return visits.filter(({ shown, answered }) => shown !== answered);
}

async function tryVisits(readme: URL, origin: string): Promise<ShownVisit[]> {
  const [block = ""] = /^visit\(\) \{[\s\S]*?(?=^```)/m.exec(readFileSync(readme, "utf8")) ?? [];
  const [definition = ""] = block.split("\n");
  const visits = [...block.matchAll(VISIT)].map(([, line = "", shown = ""]) => ({ line, shown }));
  const commands = visits.map(({ line }) => line.replace(/http:\/\/localhost:\d+/, origin));
  const folder = await mkdtemp(join(tmpdir(), "coatcheck-visits-"));
  try {
    const script = ["set -e", definition, ...commands].join("\n");
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: folder, timeout: 20_000 });
    const answers = stdout.trimEnd().split("\n");
    return visits.map((visit, index) => ({ ...visit, answered: answers[index] ?? "" }));
  } finally {
    await rm(folder, { recursive: true });
  }
}
