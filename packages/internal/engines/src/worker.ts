import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleWorker } from "./bundle-worker.ts";

export { bundleWorker } from "./bundle-worker.ts";

/** A Worker in workerd on a free loopback port, with empty storage that is removed when it stops. */
export interface RunningWorker {
  /** `http://localhost:<port>`. Browsers store `Secure` cookies of localhost. */
  readonly url: string;
  /** Calls its `scheduled` handler, as a cron trigger does. */
  schedule(at: Date): Promise<void>;
  /** Queries one of its D1 databases. */
  query(binding: string, sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** The part of `wrangler.jsonc` that `startWorker` supports. */
export interface WranglerConfig {
  readonly $schema?: string;
  readonly name: string;
  readonly main: string;
  readonly compatibility_date: string;
  readonly compatibility_flags?: string[];
  readonly kv_namespaces?: readonly { readonly binding: string; readonly id: string }[];
  readonly d1_databases?: readonly { readonly binding: string; readonly migrations_dir?: string }[];
  readonly durable_objects?: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly migrations?: readonly { readonly tag: string; readonly new_sqlite_classes: readonly string[] }[];
  readonly triggers?: { readonly crons: readonly string[] };
}

/** Options of {@link startWorker}. */
export interface WorkerOptions {
  /** The secrets, as set by `wrangler secret put`. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The part of workerd's `Fetcher` that tests use. The real types conflict with `lib`. */
interface Schedulable {
  scheduled(event: { readonly scheduledTime: Date }): Promise<{ readonly outcome: string }>;
}

/** The keys of {@link WranglerConfig}. Other keys are rejected, because no test would cover their effect. */
const KNOWN: ReadonlySet<string> = new Set<keyof WranglerConfig>([
  "$schema",
  "name",
  "main",
  "compatibility_date",
  "compatibility_flags",
  "kv_namespaces",
  "d1_databases",
  "durable_objects",
  "migrations",
  "triggers",
]);

/**
 * Starts the Worker of a folder's `wrangler.jsonc`, like `npx wrangler dev` after `npx wrangler d1 migrations apply`.
 * The caller stops it.
 */
export async function startWorker(folder: string, options: WorkerOptions = {}): Promise<RunningWorker> {
  const config = readWranglerConfig(folder);
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      name: config.name,
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags ?? [],
      modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundleWorker(join(folder, config.main)) }],
      bindings: { ...options.secrets },
      kvNamespaces: (config.kv_namespaces ?? []).map(({ binding }) => binding),
      d1Databases: (config.d1_databases ?? []).map(({ binding }) => binding),
      durableObjects: toDurableObjects(config),
    }),
  );

  async function query(binding: string, sql: string): Promise<Record<string, unknown>[]> {
    const database = await worker.getD1Database(binding);
    return (await database.prepare(sql).all()).results;
  }

  try {
    const { port } = await worker.ready;
    for (const { binding, migrations_dir = "migrations" } of config.d1_databases ?? []) {
      for (const statement of migrationsIn(join(folder, migrations_dir))) await query(binding, statement);
    }
    return {
      url: `http://localhost:${port}`,
      async schedule(scheduledTime) {
        const { outcome } = await ((await worker.getWorker()) as unknown as Schedulable).scheduled({ scheduledTime });
        if (outcome !== "ok") throw new Error(`The scheduled event ended with ${outcome}.`);
      },
      query,
      stop: () => worker.dispose(),
    };
  } catch (error) {
    await worker.dispose();
    throw error;
  }
}

/** @throws when `wrangler.jsonc` has a setting that {@link startWorker} does not support */
export function readWranglerConfig(folder: string): WranglerConfig {
  const text = readFileSync(join(folder, "wrangler.jsonc"), "utf8");
  const json = text.replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, (_, literal?: string) => literal ?? "");
  const config: WranglerConfig = JSON.parse(json);
  const unknown = Object.keys(config).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) throw new Error(`startWorker does not support ${unknown.join(", ")} of wrangler.jsonc.`);
  return config;
}

function toDurableObjects(config: WranglerConfig): Record<string, { className: string; useSQLite: boolean }> {
  const sqlite = new Set(config.migrations?.flatMap((migration) => migration.new_sqlite_classes));
  const bindings = config.durable_objects?.bindings ?? [];
  return Object.fromEntries(
    bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: sqlite.has(class_name) }]),
  );
}

/**
 * The statements of the migrations in a folder, ordered by file name. A statement ends with `;` at the end of a line.
 */
function migrationsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const texts = files.sort().map((name) => readFileSync(join(folder, name), "utf8").replace(/^--.*$/gm, ""));
  return texts.flatMap((text) => text.split(/;$/m)).filter((statement) => statement.trim() !== "");
}
