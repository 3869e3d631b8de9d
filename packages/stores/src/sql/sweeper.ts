import type { Sweeper } from "@coatcheck/core";
import { sql } from "kysely";
import { assertArgument } from "../assert-argument.ts";
import { toInstant } from "../instants.ts";
import type { Statement } from "./statement-runner.ts";
import type { SessionDatabase, SessionTable } from "./table.ts";

/** Options of `sweep`, for whoever watches it or may have to stop it. */
export interface SweepOptions {
  /** Rows per statement, 1 to 1,000: bounds how long it locks, and keeps D1 (100 KB of SQL) content. @default 1000 */
  readonly batch?: number;
  /** Ends the sweep after the batch that is under way. What was removed stays removed; another sweep goes on. */
  readonly signal?: AbortSignal;
  /** Called after each batch with how many this sweep has removed so far. */
  readonly onProgress?: (removed: number) => void;
}

/** A {@link Sweeper} that can be watched and stopped. */
export interface SqlSweeper extends Sweeper {
  /** Removes what expired at or before `now`; resolves to how many there were, or to how many it came to. */
  sweep(now: number, options?: SweepOptions): Promise<number>;
  /** How many a sweep would remove. */
  countExpired(now: number): Promise<number>;
}

/** Runs a statement on the table. */
type Run = <Result>(statement: Statement<Result>) => Promise<Result[]>;

const MAX_BATCH = 1000;

/**
 * Removes expired rows by batches. After each it pauses for as long as that took, which leaves half of the engine, or of
 * the process, to others.
 */
export function sqlSweeper(sessions: SessionDatabase, table: SessionTable, run: Run, now: () => number): SqlSweeper {
  return {
    async countExpired(at = now()) {
      const counted = sessions.selectFrom(table).select((select) => select.fn.countAll().as("count"));
      const [row] = await run(counted.where("expires_at", "<=", toInstant(at)));
      return Number(row?.count ?? 0);
    },

    async sweep(at = now(), { batch: size = MAX_BATCH, signal, onProgress } = {}) {
      const isBatch = Number.isInteger(size) && size >= 1 && size <= MAX_BATCH;
      assertArgument(isBatch, `sweep: batch is a whole number from 1 to ${MAX_BATCH}`);
      const instant = toInstant(at);
      for (let removed = 0, from = Number.MIN_SAFE_INTEGER; ; ) {
        if (signal?.aborted) return removed;
        const beganAt = performance.now();
        const expired = sessions.selectFrom(table).select(["id", "expires_at"]).where("expires_at", "<=", instant);
        // From the end of the batch before: what was removed stays in an index for a while, and is walked over.
        const batch = await run(expired.where("expires_at", ">=", from).orderBy("expires_at").limit(size));
        const [first, last] = [batch[0], batch.at(-1)];
        if (first === undefined || last === undefined) return removed;
        from = Number(last.expires_at);
        // Numbers of our own, as literals: D1 takes no more than 100 parameters.
        const ids = batch.map(({ id }) => sql.lit(Number(id)));
        // Asked again whether it has expired: a touch that came between wins. Asked within the bounds of the batch, as
        // PostgreSQL otherwise reads all that has expired, for each batch again, when its statistics know of little.
        const stale = sessions.deleteFrom(table).where("id", "in", ids).where("expires_at", "<=", from);
        const [result] = await run(stale.where("expires_at", ">=", Number(first.expires_at)));
        removed += Number(result?.numDeletedRows ?? 0);
        onProgress?.(removed);
        if (batch.length < size) return removed;
        // SQLite answers within the call: without a pause a process would do nothing else until all is swept.
        await pause(performance.now() - beganAt);
      }
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
