import { Command, InvalidArgumentError } from "commander";
import { addStoreOptions, type EngineOptions, targetOf, URL_HELP } from "../engines/engine-options.ts";
import type { SqlTarget } from "../engines/engine-target.ts";
import { assertPlace, isSql, withSql } from "../engines/with-engine.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { type OutputOptions, writeRemark, writeResult } from "../output.ts";
import { progressBar } from "../progress-bar.ts";

interface SweepCommandOptions extends EngineOptions, OutputOptions {
  readonly batch: number;
}

/** The result of a sweep. */
interface SweepResult {
  /** How many sessions had expired when it began. */
  readonly expired: number;
  readonly removed: number;
  readonly interrupted: boolean;
}

const EXAMPLES = `
Examples:
  coatcheck sweep --url sqlite:sessions.db
  DATABASE_URL=postgres://… coatcheck sweep --batch 200    smaller batches hold locks for less time

Several sweeps may run at once. Ctrl+C ends a sweep after the current batch; run it again to continue.
After each batch it pauses for as long as the batch took, to leave the engine to others.

Exit codes: 0 done; 2 wrong usage; 3 the engine failed; 130 interrupted.
${URL_HELP}`;

/** `coatcheck sweep`: removes expired sessions. */
export function sweepCommand(io: CliIo): Command {
  return addStoreOptions(new Command("sweep"))
    .summary("remove expired sessions from a SQL database")
    .description("Remove expired sessions from a SQL database in batches. Redis removes them by itself.")
    .option("--batch <rows>", "rows per statement, 1 to 1,000", toBatch, 1000)
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: SweepCommandOptions) => {
      const target = targetOf(io, options, ["DATABASE_URL", "REDIS_URL"]);
      assertPlace(target, options);
      if (!isSql(target)) {
        const text = "Nothing to do: Redis removes expired sessions by itself.";
        writeResult(io, options, { expired: 0, removed: 0, interrupted: false }, text);
        return;
      }
      const swept = await sweep(io, target, options);
      writeResult(io, options, swept, `${swept.removed} expired sessions removed.`);
      if (!swept.interrupted) return;
      io.setExitCode(exitCodes.interrupted);
      writeRemark(
        io,
        options,
        `Interrupted: about ${swept.expired - swept.removed} are left. Run it again to continue.`,
      );
    });
}

async function sweep(io: CliIo, target: SqlTarget, options: SweepCommandOptions): Promise<SweepResult> {
  const { sqlStore } = await import("@coatcheck/stores/sql");
  const { table, batch, json } = options;
  return withSql(io, target, options, async (db) => {
    const store = sqlStore(db, table === undefined ? {} : { table });
    // Read once: sessions that expire during the sweep are left to the next one.
    const now = io.now();
    const stop = new AbortController();
    const removeListener = io.onInterrupt(() => stop.abort());
    try {
      const expired = await store.countExpired(now);
      const bar = progressBar(io, "sweeping", json ? 0 : expired);
      bar.update(0);
      try {
        const removed = await store.sweep(now, { batch, signal: stop.signal, onProgress: bar.update });
        // An interruption during the last batch leaves nothing to do.
        return { expired, removed, interrupted: stop.signal.aborted && removed < expired };
      } finally {
        bar.end();
      }
    } finally {
      removeListener();
    }
  });
}

function toBatch(text: string): number {
  const batch = Number(text);
  if (!Number.isInteger(batch) || batch < 1 || batch > 1000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1,000.");
  }
  return batch;
}
