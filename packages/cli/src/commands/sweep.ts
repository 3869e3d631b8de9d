import { Command, InvalidArgumentError } from "commander";
import { addStoreOptions, type EngineOptions, targetOf, URL_HELP } from "../engines/engine-options.ts";
import type { SqlTarget } from "../engines/engine-target.ts";
import { assertPlace, isSql, withSql } from "../engines/with-engine.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { giveResult, type OutputOptions, say } from "../output.ts";
import { progressBar } from "../progress-bar.ts";

interface SweepCommandOptions extends EngineOptions, OutputOptions {
  readonly batch: number;
}

/** What a sweep came to. */
interface Swept {
  /** How many had expired when it began. */
  readonly expired: number;
  readonly removed: number;
  readonly interrupted: boolean;
}

const EXAMPLES = `
Examples:
  coatcheck sweep --url sqlite:sessions.db
  DATABASE_URL=postgres://… coatcheck sweep --batch 200    smaller batches lock for a shorter time

Several may run at once. Ctrl+C ends it after the batch under way; run again, it goes on. After each
batch it pauses for as long as that took, to leave the engine to others.

Exit codes: 0 done; 2 wrong usage; 3 the engine failed; 130 interrupted.
${URL_HELP}`;

/** `coatcheck sweep`: removes sessions that have expired. */
export function sweepCommand(io: CliIo): Command {
  return addStoreOptions(new Command("sweep"))
    .summary("remove expired sessions from a SQL database")
    .description("Remove expired sessions from a SQL database, batch by batch. Redis removes them by itself.")
    .option("--batch <rows>", "rows per statement, 1 to 1,000", toBatch, 1000)
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: SweepCommandOptions) => {
      const target = targetOf(io, options, ["DATABASE_URL", "REDIS_URL"]);
      assertPlace(target, options);
      if (!isSql(target)) {
        const text = "Nothing to do: sessions expire in Redis by themselves.";
        giveResult(io, options, { expired: 0, removed: 0, interrupted: false }, text);
        return;
      }
      const swept = await sweep(io, target, options);
      giveResult(io, options, swept, `${swept.removed} expired sessions removed.`);
      if (!swept.interrupted) return;
      io.setExitCode(exitCodes.interrupted);
      say(io, options, `Interrupted: about ${swept.expired - swept.removed} are left. Run it again to go on.`);
    });
}

async function sweep(io: CliIo, target: SqlTarget, options: SweepCommandOptions): Promise<Swept> {
  const { sqlStore } = await import("@coatcheck/stores/sql");
  const { table, batch, json } = options;
  return withSql(io, target, options, async (db) => {
    const store = sqlStore(db, table === undefined ? {} : { table });
    // One instant: what expires while it runs is left to the next.
    const now = io.now();
    const stop = new AbortController();
    const forget = io.onInterrupt(() => stop.abort());
    try {
      const expired = await store.countExpired(now);
      const bar = progressBar(io, "sweeping", json ? 0 : expired);
      bar.update(0);
      try {
        const watch = { batch, signal: stop.signal, onProgress: bar.update };
        const removed = await store.sweep(now, watch);
        // Told in the middle of its last batch, it has nothing left to do.
        return { expired, removed, interrupted: stop.signal.aborted && removed < expired };
      } finally {
        bar.end();
      }
    } finally {
      forget();
    }
  });
}

function toBatch(text: string): number {
  const batch = Number(text);
  if (!Number.isInteger(batch) || batch < 1 || batch > 1000) {
    throw new InvalidArgumentError("It is a whole number from 1 to 1,000.");
  }
  return batch;
}
