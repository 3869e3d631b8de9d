import { NotMigratedError } from "@coatcheck/core";

/** A statement that Kysely has put together. */
export interface Statement<Result> {
  execute(): Promise<Result[]>;
}

/** How often a statement is tried that an engine gave up in favour of another. */
const MAX_ATTEMPTS = 10;

/** Runs statements on `table`, and makes what every engine says in its own way into one thing. */
export function statementRunner(table: string): <Result>(statement: Statement<Result>) => Promise<Result[]> {
  return async (statement) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await statement.execute();
      } catch (error) {
        withoutValues(error);
        if (isMissingTable(error, table)) {
          const call = `await migrate(db, { table: "${table}" })`;
          throw new NotMigratedError(`There is no table "${table}". Make it: ${call}.`, { cause: error });
        }
        // Each statement is a transaction of its own, and the engine has undone it.
        if (!isDeadlock(error) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  };
}

/** What drivers put into their errors. */
interface DriverError {
  /** PostgreSQL's SQLSTATE. */
  readonly code?: unknown;
  /** MySQL's and MariaDB's number. */
  readonly errno?: unknown;
  readonly message?: unknown;
}

/** Whether an engine says that there is no such table. SQLite and D1 have a code only for "error", hence the message. */
export function isMissingTable(error: unknown, table: string): boolean {
  const { code, errno, message } = toDriverError(error);
  // The name too: a trigger on our table may have missed a table of its own.
  const isMissing = code === "42P01" || errno === 1146 || String(message).includes("no such table: ");
  const name = table.split(".").at(-1) ?? table;
  return isMissing && new RegExp(`\\b${name}\\b`, "i").test(String(message));
}

/** Whether an engine says that a table has not the column asked for. */
export function isMissingColumn(error: unknown): boolean {
  const { code, errno, message } = toDriverError(error);
  return code === "42703" || errno === 1054 || String(message).includes("no such column: ");
}

/** Whether an engine says that it gave this one up so that another could go on, and that it may be tried again. */
function isDeadlock(error: unknown): boolean {
  const { code, errno } = toDriverError(error);
  return code === "40P01" || code === "40001" || errno === 1213;
}

/** mysql2 adds the statement with the data in it, PostgreSQL the row, and errors end up in logs (SEC-41). */
function withoutValues(error: unknown): void {
  if (typeof error !== "object" || error === null) return;
  for (const name of ["sql", "detail"]) Reflect.deleteProperty(error, name);
}

function toDriverError(error: unknown): DriverError {
  return typeof error === "object" && error !== null ? error : {};
}
