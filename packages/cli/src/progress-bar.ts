import type { CliIo } from "./io.ts";
import { isTerminal } from "./output.ts";

/** Shows progress in a terminal. */
export interface ProgressBar {
  /** @param done - how many of the total are done */
  update(done: number): void;
  /** Removes the bar. */
  end(): void;
}

const WIDTH = 24;

/**
 * A bar on the last line of the terminal, or nothing without a terminal. The bar of `@clack/prompts` cannot be used: it
 * captures the keyboard and exits with 0 on Ctrl+C, but a sweep has to finish its batch and report its result.
 */
export function progressBar(io: CliIo, label: string, total: number): ProgressBar {
  if (!isTerminal(io, io.stderr) || total === 0) return { update: () => undefined, end: () => undefined };
  const format = new Intl.NumberFormat("en");
  return {
    update(done) {
      // By now there may be more than were counted.
      const full = Math.min(WIDTH, Math.floor((done / total) * WIDTH));
      const filled = "#".repeat(full) + "-".repeat(WIDTH - full);
      const count = `${format.format(done)} of ${format.format(Math.max(done, total))}`;
      // A bar of two lines could not be erased. Some terminals wrap as soon as the last column is written.
      const width = (io.stderr.columns || 80) - 1;
      const bar = `${label} [${filled}] ${count}`;
      io.stderr.write(`\r\u001b[K${bar.length <= width ? bar : count.slice(0, width)}`);
    },
    end() {
      io.stderr.write("\r\u001b[K");
    },
  };
}
