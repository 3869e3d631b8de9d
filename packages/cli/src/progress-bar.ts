import type { CliIo } from "./io.ts";
import { isTerminal } from "./output.ts";

/** Shows how far something is, while somebody looks. */
export interface ProgressBar {
  /** @param done - of the total so far */
  update(done: number): void;
  /** Takes the bar away. */
  end(): void;
}

const WIDTH = 24;

/**
 * A bar on the terminal's last line; nothing where there is no terminal. (That of `@clack/prompts` takes the keyboard, and
 * ends the process with 0 on Ctrl+C, where a sweep has to finish its batch and say what was done.)
 */
export function progressBar(io: CliIo, label: string, total: number): ProgressBar {
  if (!isTerminal(io, io.stderr) || total === 0) return { update: () => undefined, end: () => undefined };
  const format = new Intl.NumberFormat("en");
  return {
    update(done) {
      // There may be more by now than was counted.
      const full = Math.min(WIDTH, Math.floor((done / total) * WIDTH));
      const bar = "#".repeat(full) + "-".repeat(WIDTH - full);
      const count = `${format.format(done)} of ${format.format(Math.max(done, total))}`;
      // On a second line it would be out of reach, and one more be left behind each time. In the last column some wrap.
      const room = (io.stderr.columns || 80) - 1;
      const whole = `${label} [${bar}] ${count}`;
      io.stderr.write(`\r\u001b[K${whole.length <= room ? whole : count.slice(0, room)}`);
    },
    end() {
      io.stderr.write("\r\u001b[K");
    },
  };
}
