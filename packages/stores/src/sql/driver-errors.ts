/** The fields that drivers set in their errors. */
interface DriverError {
  /** PostgreSQL's SQLSTATE. */
  readonly code?: unknown;
  /** The error number of MySQL and MariaDB. */
  readonly errno?: unknown;
  readonly message?: unknown;
}

/** Whether an engine reports a missing table. SQLite and D1 have only a general error code, so the message decides. */
export function isMissingTable(error: unknown, table: string): boolean {
  const { code, errno, message } = toDriverError(error);
  const isMissing = code === "42P01" || errno === 1146 || String(message).includes("no such table: ");
  // Compare the name as well: a trigger on the session table may miss another table.
  const name = table.split(".").at(-1) ?? table;
  return isMissing && new RegExp(`\\b${name}\\b`, "i").test(String(message));
}

/** Whether an engine reports a missing column. */
export function isMissingColumn(error: unknown): boolean {
  const { code, errno, message } = toDriverError(error);
  return code === "42703" || errno === 1054 || String(message).includes("no such column: ");
}

/** Whether an engine rolled a statement back because of a deadlock or a serialization failure. A retry is safe. */
export function isDeadlock(error: unknown): boolean {
  const { code, errno } = toDriverError(error);
  return code === "40P01" || code === "40001" || errno === 1213;
}

/**
 * Removes session data from an error, because errors end up in logs (SEC-41). mysql2 adds the statement with its
 * values, PostgreSQL the row.
 */
export function removeValues(error: unknown): void {
  if (typeof error !== "object" || error === null) return;
  for (const name of ["sql", "detail"]) Reflect.deleteProperty(error, name);
}

function toDriverError(error: unknown): DriverError {
  return typeof error === "object" && error !== null ? error : {};
}
