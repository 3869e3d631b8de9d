export {
  type MigrateOptions,
  migrate,
  migrationSql,
  sqlMigrations,
  sqlMigrator,
} from "./sql/sql-migrator.ts";
export { type SqlStoreOptions, sqlStore } from "./sql/sql-store.ts";
export type { SqlSweeper, SweepOptions } from "./sql/sql-sweep.ts";
export type { SqlTableOptions } from "./sql/sql-table.ts";
