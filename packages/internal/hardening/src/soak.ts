// Mixed load on a Node server for a while, by users who check every value: `npm run soak -- --minutes 10`. See README.md.
import { parseArgs } from "node:util";
import { startRedis, startServer } from "@coatcheck/engines";
import { complaintsAbout, type Health } from "./soak/health.ts";
import { load } from "./soak/simulated-load.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    users: { type: "string", default: "30" },
    // By how much the heap may change, in percent. A run of seconds ends before the engine has compiled everything.
    tolerance: { type: "string", default: "5" },
    // What the server is to do wrong, some of FAULTS with commas between.
    faults: { type: "string", default: "" },
  },
});

/** The part of the time after which the server is looked at first: minute 2 of 10. */
const WARM_UP = 0.2;

const redis = await startRedis();
const server = await startServer({
  cwd: new URL("./soak/", import.meta.url),
  command: () => ["node", "--conditions=@coatcheck/source", "--expose-gc", "soak-server.ts"],
  env: () => ({ REDIS_URL: redis.url, FAULTS: values.faults }),
  ready: /listening/,
});
try {
  process.exitCode = (await soak(Number(values.minutes) * 60_000)) ? 0 : 1;
} finally {
  await server.stop();
  await redis.stop();
}

/** `false` when something was wrong. */
async function soak(milliseconds: number): Promise<boolean> {
  const { complaints, work } = load(server.url, Number(values.users));
  console.log(`Node ${process.versions.node}, ${redis.version}, ${values.users} users for ${values.minutes} minutes`);
  await work(milliseconds * WARM_UP);
  const early = await examine("early");
  await work(milliseconds * (1 - WARM_UP));
  const late = await examine("late");
  const all = [...complaintsAbout(early, late, Number(values.tolerance) / 100)];
  if (complaints.length > 0) all.push(`${complaints.length} wrong answers, among them`, ...complaints.slice(0, 5));
  console.log(`answers: ${late.requests} checked, ${complaints.length} wrong`);
  console.log(all.length === 0 ? "sound" : `NOT SOUND: ${all.join("\n  ")}`);
  return all.length === 0;
}

async function examine(when: string): Promise<Health> {
  const response = await fetch(`${server.url}/health`);
  const health = (await response.json()) as Health;
  const { heap, handles, unhandledRejections, requests } = health;
  console.log(
    `${when}: ${(heap / 1_000_000).toFixed(2)} MB of heap, handles ${JSON.stringify(handles)}, ` +
      `${unhandledRejections} unhandled rejections, after ${requests} requests`,
  );
  return health;
}
