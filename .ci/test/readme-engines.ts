import { startOrSkip, startPostgres, startRedis, startUpstash } from "@coatcheck/engines";
import { startMongoServer } from "@coatcheck/engines/mongo";
import { UPSTASH_TOKEN } from "@coatcheck/engines/upstash-token";

/** The servers for the programs in the documentation. */
export interface ReadmeEngines {
  /** Environment variables with the addresses of the servers. An engine that is not installed has none. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Environment variables that a program needs to run. */
export const ENGINE_VARIABLES: readonly string[] = [
  "REDIS_URL",
  "DATABASE_URL",
  "UPSTASH_REDIS_REST_URL",
  "MONGODB_URL",
];

export async function startReadmeEngines(): Promise<ReadmeEngines> {
  const env: Record<string, string> = {};
  const stops: (() => Promise<void>)[] = [];

  const what = "programs of the documentation";
  const redis = await startOrSkip(what, startRedis);
  if (redis !== undefined) {
    stops.push(redis.stop);
    env["REDIS_URL"] = redis.url;
    const upstash = await startUpstash(redis.url);
    stops.push(upstash.stop);
    env["UPSTASH_REDIS_REST_URL"] = upstash.url;
    env["UPSTASH_REDIS_REST_TOKEN"] = UPSTASH_TOKEN;
  }
  const postgres = await startOrSkip(what, startPostgres);
  if (postgres !== undefined) {
    stops.push(postgres.stop);
    env["DATABASE_URL"] = postgres.url;
  }
  const mongo = await startMongoServer();
  stops.push(mongo.close);
  env["MONGODB_URL"] = mongo.url;

  return {
    env,
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
