import type { Compilable, SchemaModule } from "kysely";
import type { SqlEngine } from "./engines.ts";

/** A statement that can be executed, or compiled to text. */
export interface SchemaStatement extends Compilable {
  execute(): Promise<void>;
}

/** One migration of the table, as the statements for an engine. */
export interface SchemaStep {
  readonly up: (schema: SchemaModule, table: string, engine: SqlEngine) => readonly SchemaStatement[];
  readonly down: (schema: SchemaModule, table: string, engine: SqlEngine) => readonly SchemaStatement[];
}

/**
 * The migrations, oldest first. Append only: these may already have run in production. Except on PostgreSQL, DDL is not
 * transactional, and a step may be interrupted or run twice at once. So each statement must be repeatable.
 */
export const SCHEMA_STEPS: Readonly<Record<string, SchemaStep>> = {
  "0001_create_sessions": {
    up(schema, table, engine) {
      const indexes = (["subject", "expires_at"] as const).map((column) => ({
        name: indexName(table, column),
        column,
      }));
      const create = schema
        .createTable(table)
        .ifNotExists()
        .addColumn("id", engine.id)
        .addColumn("session_id", engine.key, (column) => column.notNull().unique())
        .addColumn("data", engine.data, (column) => column.notNull())
        .addColumn("version", "bigint", (column) => column.notNull())
        .addColumn("subject", engine.subject)
        .addColumn("created_at", "bigint", (column) => column.notNull())
        .addColumn("updated_at", "bigint", (column) => column.notNull())
        .addColumn("expires_at", "bigint", (column) => column.notNull())
        .addColumn("authenticated_at", "bigint");
      if (engine.hasInlineIndexes) {
        return [indexes.reduce((builder, { name, column }) => builder.addIndex(name, [column]), create)];
      }
      return [
        create,
        ...indexes.map(({ name, column }) => schema.createIndex(name).ifNotExists().on(table).column(column)),
      ];
    },
    down: (schema, table) => [schema.dropTable(table).ifExists()],
  },
};

/** An index is in the schema of its table, and its name has no schema. */
function indexName(table: string, column: string): string {
  return `${table.split(".").at(-1)}_${column}_idx`;
}
