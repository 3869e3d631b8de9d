import type { Sweeper } from "@coatcheck/core";
import { sql } from "kysely";
import { assertArgument } from "../assert-argument.ts";
import { toInstant } from "../instants.ts";
import type { RunStatement } from "./statement-runner.ts";
import type { SessionDatabase, SessionTable } from "./table.ts";

/** Options of `sweep`, to watch or stop it. */
export interface SweepOptions {
  /**
   * Rows per statement, from 1 to 1,000. Limits how long rows are locked, and the SQL (D1 takes 100 KB).
   * @default 1000
   */
  readonly batch?: number;
  /** Stops the sweep after the current batch. A later sweep continues. */
  readonly signal?: AbortSignal;
  /** Called after each batch with the number of rows that this sweep has removed so far. */
  readonly onProgress?: (removed: number) => void;
}

/** A {@link Sweeper} with progress, a stop signal and a count. */
export interface SqlSweeper extends Sweeper {
  /** Removes the sessions that expired at or before `now`. Resolves to the number of removed sessions. */
  sweep(now: number, options?: SweepOptions): Promise<number>;
  /** Counts the sessions that a sweep would remove. */
  countExpired(now: number): Promise<number>;
}

const MAX_BATCH = 1000;

/**
 * Removes expired rows in batches. After each batch it pauses for as long as the batch took, so that the sweep takes at
 * most half of the time of the engine, or of the process.
 */
export function sqlSweeper(
  sessions: SessionDatabase,
  table: SessionTable,
  run: RunStatement,
  now: () => number,
): SqlSweeper {
  return {
    async countExpired(at = now()) {
      const counted = sessions.selectFrom(table).select((select) => select.fn.countAll().as("count"));
      const [row] = await run(counted.where("expires_at", "<=", toInstant(at)));
      return Number(row?.count ?? 0);
    },

    async sweep(at = now(), { batch: size = MAX_BATCH, signal, onProgress } = {}) {
      const isBatch = Number.isInteger(size) && size >= 1 && size <= MAX_BATCH;
      assertArgument(isBatch, `sweep: batch must be a whole number from 1 to ${MAX_BATCH}`);
      const instant = toInstant(at);
      for (let removed = 0, from = Number.MIN_SAFE_INTEGER; ; ) {
        if (signal?.aborted) return removed;
        const beganAt = performance.now();
        const expired = sessions.selectFrom(table).select(["id", "expires_at"]).where("expires_at", "<=", instant);
        // Start where the previous batch ended: removed rows stay in the index for a while and would be scanned again.
        const batch = await run(expired.where("expires_at", ">=", from).orderBy("expires_at").limit(size));
        const [first, last] = [batch[0], batch.at(-1)];
        if (first === undefined || last === undefined) return removed;
        from = Number(last.expires_at);
        // Literals, which is safe for numbers: D1 takes at most 100 parameters.
        const ids = batch.map(({ id }) => sql.lit(Number(id)));
        // Check the expiry again: a touch in between wins. The bounds of the batch keep PostgreSQL from reading all
        // expired rows for every batch, which it does while its statistics are out of date.
        const stale = sessions.deleteFrom(table).where("id", "in", ids).where("expires_at", "<=", from);
        const [result] = await run(stale.where("expires_at", ">=", Number(first.expires_at)));
        removed += Number(result?.numDeletedRows ?? 0);
        onProgress?.(removed);
        if (batch.length < size) return removed;
        // SQLite answers synchronously: without a pause the process would do nothing else until the sweep ends.
        await pause(performance.now() - beganAt);
      }
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
