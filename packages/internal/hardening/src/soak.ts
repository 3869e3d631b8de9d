// Runs a mixed load on a Node server. Its users check every value: `npm run soak -- --minutes 10`. See README.md.
import { parseArgs } from "node:util";
import { startRedis, startServer } from "@coatcheck/engines";
import { type Health, healthProblems } from "./soak/health.ts";
import { simulatedLoad } from "./soak/simulated-load.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    users: { type: "string", default: "30" },
    // How far the heap may change, in percent. In a run of a few seconds V8 is still compiling, so it needs more.
    tolerance: { type: "string", default: "5" },
    // Faults that the server has, separated by commas: see PLANTED_FAULTS.
    faults: { type: "string", default: "" },
  },
});

/** The part of the run before the first health check: minute 2 of 10. */
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

/** Resolves to `false` when a problem was found. */
async function soak(milliseconds: number): Promise<boolean> {
  const { wrongAnswers, run } = simulatedLoad(server.url, Number(values.users));
  console.log(`Node ${process.versions.node}, ${redis.version}, ${values.users} users for ${values.minutes} minutes`);
  await run(milliseconds * WARM_UP);
  const early = await checkHealth("after the warm-up");
  await run(milliseconds * (1 - WARM_UP));
  const late = await checkHealth("at the end");
  const problems = healthProblems(early, late, Number(values.tolerance) / 100);
  if (wrongAnswers.length > 0) {
    problems.push(`${wrongAnswers.length} wrong answers, for example`, ...wrongAnswers.slice(0, 5));
  }
  console.log(`answers: ${late.requests} checked, ${wrongAnswers.length} wrong`);
  console.log(problems.length === 0 ? "passed" : `FAILED: ${problems.join("\n  ")}`);
  return problems.length === 0;
}

async function checkHealth(when: string): Promise<Health> {
  const response = await fetch(`${server.url}/health`);
  const health = (await response.json()) as Health;
  const { heap, handles, unhandledRejections, requests } = health;
  console.log(
    `${when}: ${(heap / 1_000_000).toFixed(2)} MB of heap, handles ${JSON.stringify(handles)}, ` +
      `${unhandledRejections} unhandled rejections, after ${requests} requests`,
  );
  return health;
}
