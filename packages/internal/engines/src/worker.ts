import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleWorker } from "./bundle-worker.ts";

export { bundleWorker } from "./bundle-worker.ts";

/** A worker of our own in workerd, on a free loopback port, with empty storage that goes when it stops. */
export interface RunningWorker {
  /** `http://localhost:<port>`, for which browsers keep a cookie that is `Secure`. */
  readonly url: string;
  /** Calls its `scheduled` as the cron trigger would. */
  schedule(at: Date): Promise<void>;
  /** Asks a D1 database that it is bound to. */
  query(binding: string, sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Of `wrangler.jsonc` what `startWorker` obeys. */
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
  /** What `wrangler secret put` would have put. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Of workerd's `Fetcher`, whose real types clash with `lib`. */
interface Schedulable {
  scheduled(event: { readonly scheduledTime: Date }): Promise<{ readonly outcome: string }>;
}

/** Every key of {@link WranglerConfig}: one that is obeyed by nobody here would be one that no test proves. */
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
 * Starts the worker that a folder's `wrangler.jsonc` describes, as `npx wrangler dev` would after
 * `npx wrangler d1 migrations apply`. Whoever starts it stops it.
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

/** @throws when it says something that {@link startWorker} does not obey */
export function readWranglerConfig(folder: string): WranglerConfig {
  const text = readFileSync(join(folder, "wrangler.jsonc"), "utf8");
  const json = text.replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, (_, literal?: string) => literal ?? "");
  const config: WranglerConfig = JSON.parse(json);
  const unknown = Object.keys(config).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) throw new Error(`startWorker does not know ${unknown.join(", ")} of wrangler.jsonc.`);
  return config;
}

function toDurableObjects(config: WranglerConfig): Record<string, { className: string; useSQLite: boolean }> {
  const sqlite = new Set(config.migrations?.flatMap((migration) => migration.new_sqlite_classes));
  const bindings = config.durable_objects?.bindings ?? [];
  return Object.fromEntries(
    bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: sqlite.has(class_name) }]),
  );
}

/** The statements of the migrations in a folder, in the order of the files' names. Each ends a line with `;`. */
function migrationsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const texts = files.sort().map((name) => readFileSync(join(folder, name), "utf8").replace(/^--.*$/gm, ""));
  return texts.flatMap((text) => text.split(/;$/m)).filter((statement) => statement.trim() !== "");
}
