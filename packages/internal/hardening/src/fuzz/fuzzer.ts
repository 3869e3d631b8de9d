import { measureCoverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Target } from "./target.ts";

/** Options of {@link fuzz}. */
export interface FuzzOptions {
  /** Inputs to begin with; each is tried as it is. */
  readonly corpus: readonly Buffer[];
  /** The same seed and number of runs try the same inputs. */
  readonly seed: number;
  /** Inputs to try besides those of the corpus. */
  readonly runs: number;
  /** Epoch milliseconds at which it is enough, whatever is left of `runs`. */
  readonly until: number;
  /** Which sources are to be covered, by their URL. */
  readonly sources: RegExp;
}

/** What {@link fuzz} did. */
export interface FuzzReport {
  readonly runs: number;
  /** Inputs that did something new, in the order they were found. */
  readonly interesting: readonly Buffer[];
  /** Everything that came of inputs, in the target's words. */
  readonly outcomes: readonly string[];
  /** Characters of source that ran. */
  readonly covered: number;
  readonly finding?: Finding;
}

/** An input that made happen what never may. */
export interface Finding {
  readonly input: Buffer;
  readonly error: unknown;
}

/** Inputs for which coverage is read once; one by one only when it has grown. */
const BATCH = 8;

/** Tries the corpus, and then variations of what did something new, until one breaks the target or it is enough. */
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

  /** Whether an input did something that none has done before. */
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
    const kept = new Set<Buffer>();
    for (const input of inputs) {
      if (await run(input)) kept.add(input);
      if (finding) return;
    }
    if (coverage.wouldGrow()) {
      // Which of them it was is told by running each once more.
      for (const input of inputs) {
        await run(input);
        if (coverage.grow()) kept.add(input);
      }
    }
    for (const input of kept) {
      pool.push(input);
      interesting.push(input);
    }
  }

  for (const input of corpus) {
    await run(input);
    if (finding) break;
  }
  coverage.grow();
  // Every other time one of the newest: what is new there has been varied least.
  const pick = (): Buffer =>
    pool[pool.length - 1 - random(random(2) === 0 ? Math.min(pool.length, 8) : pool.length)] as Buffer;
  while (!finding && runs < maxRuns && Date.now() < until) {
    const size = Math.min(BATCH, maxRuns - runs);
    await runBatch(Array.from({ length: size }, () => mutate(pick(), pick(), target.words, random)));
    runs += size;
  }
  coverage.stop();
  return { runs, interesting, outcomes: [...outcomes], covered: coverage.size, ...(finding && { finding }) };
}
