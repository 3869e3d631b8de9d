export {
  type MigrateOptions,
  migrate,
  migrationSql,
  sqlMigrations,
  sqlMigrator,
} from "./sql-migrator.ts";
export { type SqlStoreOptions, sqlStore } from "./sql-store.ts";
export type { SqlSweeper, SweepOptions } from "./sql-sweep.ts";
export type { SqlTableOptions } from "./sql-table.ts";
