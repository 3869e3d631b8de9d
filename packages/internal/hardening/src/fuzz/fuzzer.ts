import { measureCoverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Target } from "./target.ts";

/** Options of {@link fuzz}. */
export interface FuzzOptions {
  /** The first inputs. Each runs unchanged. */
  readonly corpus: readonly Buffer[];
  /** The same seed, corpus and number of runs give the same inputs. */
  readonly seed: number;
  /** How many inputs run in addition to the corpus. */
  readonly runs: number;
  /** Epoch milliseconds at which the run ends, even when `runs` is not reached. */
  readonly until: number;
  /** Matches the URLs of the sources whose coverage guides the fuzzer. */
  readonly sources: RegExp;
}

/** The result of {@link fuzz}. */
export interface FuzzReport {
  readonly runs: number;
  /** Inputs with a new outcome or new coverage, in the order in which they were found. */
  readonly interesting: readonly Buffer[];
  /** All outcomes, in the target's words. */
  readonly outcomes: readonly string[];
  /** How many characters of source ran. */
  readonly covered: number;
  readonly finding?: Finding;
}

/** An input that broke a rule of the target. */
export interface Finding {
  readonly input: Buffer;
  readonly error: unknown;
}

/** Coverage is read once per batch. The inputs of a batch run one by one only when coverage has grown. */
const BATCH = 8;

/** How many of the newest inputs are mutated as often as all inputs together. */
const NEWEST = 8;

/** Runs the corpus and then mutations of interesting inputs, until an input breaks the target or a limit is reached. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const { corpus, seed, runs: maxRuns, until, sources } = options;
  const random = seededRandom(seed);
  const attempt = await target.start();
  const coverage = measureCoverage(sources);
  const pool: Buffer[] = [Buffer.alloc(0), ...corpus];
  const interesting: Buffer[] = [];
  const outcomes = new Set<string>();
  let runs = 0;
  let finding: Finding | undefined;

  /** Runs one input. Resolves to whether its outcome is new. */
  async function run(input: Buffer): Promise<boolean> {
    try {
      const outcome = await attempt(input);
      const isNew = !outcomes.has(outcome);
      outcomes.add(outcome);
      return isNew;
    } catch (error) {
      finding = { input, error };
      return false;
    }
  }

  async function runBatch(inputs: readonly Buffer[]): Promise<void> {
    const selected = new Set<Buffer>();
    for (const input of inputs) {
      if (await run(input)) selected.add(input);
      if (finding) return;
    }
    if (coverage.wouldGrow()) {
      // A second run of each input shows which of them covered new code.
      for (const input of inputs) {
        await run(input);
        if (coverage.grow()) selected.add(input);
      }
    }
    pool.push(...selected);
    interesting.push(...selected);
  }

  /** Half of the time, an input is one of the newest: those have been mutated least. */
  function pickInput(): Buffer {
    const candidates = random(2) === 0 ? pool.slice(-NEWEST) : pool;
    return candidates[candidates.length - 1 - random(candidates.length)] ?? Buffer.alloc(0);
  }

  for (const input of corpus) {
    await run(input);
    if (finding) break;
  }
  coverage.grow();
  while (!finding && runs < maxRuns && Date.now() < until) {
    const size = Math.min(BATCH, maxRuns - runs);
    await runBatch(Array.from({ length: size }, () => mutate(pickInput(), pickInput(), target.words, random)));
    runs += size;
  }
  coverage.stop();
  return { runs, interesting, outcomes: [...outcomes], covered: coverage.size, ...(finding && { finding }) };
}
