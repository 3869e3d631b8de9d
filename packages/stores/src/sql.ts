export {
  type MigrateOptions,
  migrate,
  migrationSql,
  sqlMigrations,
  sqlMigrator,
} from "./sql/migrations.ts";
export { type SqlStoreOptions, sqlStore } from "./sql/store.ts";
export type { SqlSweeper, SweepOptions } from "./sql/sweeper.ts";
export type { SqlTableOptions } from "./sql/table.ts";
