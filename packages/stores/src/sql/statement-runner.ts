import { NotMigratedError } from "@coatcheck/core";
import { isDeadlock, isMissingTable, removeValues } from "./driver-errors.ts";

/** A statement built with Kysely. */
export interface Statement<Result> {
  execute(): Promise<Result[]>;
}

/** Runs a statement. */
export type RunStatement = <Result>(statement: Statement<Result>) => Promise<Result[]>;

/** How often a statement is tried when the engine rolls it back because of a deadlock. */
const MAX_ATTEMPTS = 10;

/**
 * Runs statements on a table. Retries after deadlocks, reports a missing table as `NOT_MIGRATED`, and removes session
 * data from errors.
 */
export function statementRunner(table: string): RunStatement {
  return async (statement) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await statement.execute();
      } catch (error) {
        removeValues(error);
        if (isMissingTable(error, table)) {
          const call = `await migrate(db, { table: "${table}" })`;
          throw new NotMigratedError(`The table "${table}" does not exist. Create it: ${call}.`, { cause: error });
        }
        // Each statement is a transaction of its own, and the engine has rolled it back.
        if (!isDeadlock(error) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  };
}
