import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "./engine.ts";
import { startOrSkip } from "./start-or-skip.ts";

/** A request that a README shows, and its answer. */
export interface ShownVisit {
  /** The command. */
  readonly line: string;
  /** The answer in the README, a comment after the command. */
  readonly shown: string;
  /** The actual answer. */
  readonly answered: string;
}

/** Matches a request in a shell block: `visit -d '' http://localhost:3000/votes    # {"votes":1}` */
const VISIT = /^(visit .*?)\s{2,}# (.*)$/gm;

/**
 * Runs the requests of a README in a shell: those of the block that defines `visit`. Their cookies are in a temporary
 * folder.
 *
 * @param origin - the origin of the running server, which replaces the one in the README
 * @returns the requests whose answers differ from those shown, or `undefined` when curl is not installed
 */
export async function wrongVisits(readme: URL, origin: string): Promise<ShownVisit[] | undefined> {
  const hasCurl = await startOrSkip("requests in the READMEs of examples", async () => {
    for (const program of ["bash", "curl"]) findProgram(program, `apt-get install ${program}`);
    return true;
  });
  if (hasCurl === undefined) return undefined;
  const visits = await runVisits(readme, origin);
  if (visits.length < 2) throw new Error(`${readme.pathname} shows no requests.`);
  return visits.filter(({ shown, answered }) => shown !== answered);
}

async function runVisits(readme: URL, origin: string): Promise<ShownVisit[]> {
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
