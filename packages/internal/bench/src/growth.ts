// Measures store operations with few and with many live sessions, on real databases in one run, and then sweeps.
// `npm run growth -w @coatcheck/bench -- [engine…] [--few n] [--many n] [--rounds n]`
import { MissingEngineError } from "@coatcheck/engines";
import type { GrowthEngine } from "./growth/engine.ts";
import { ENGINES } from "./growth/engines.ts";
import { measureInTurn } from "./growth/measure-in-turn.ts";
import { measureReading, measureSweeps } from "./growth/measure-sweeps.ts";
import { OPERATIONS } from "./growth/operations.ts";
import { type GrowthOptions, parseOptions } from "./growth/options.ts";
import { printCosts, printHeading, printMachine, printReading, printSweeps } from "./growth/print-results.ts";
import type { Cost } from "./measurement/timing.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  printMachine();
  for (const name of options.engines) await measureEngine(name, options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function measureEngine(name: string, options: GrowthOptions): Promise<void> {
  const engine = await start(name);
  if (engine === undefined) return;
  try {
    printHeading(engine.version);
    await measureGrowth(engine, options);
  } finally {
    await engine.stop();
  }
}

async function measureGrowth(engine: GrowthEngine, { few, many, rounds }: GrowthOptions): Promise<void> {
  const atFew = await engine.fill(few);
  const atMany = await engine.fill(many);
  const costs = new Map<string, readonly Cost[]>();
  for (const [operation, prepare] of Object.entries(OPERATIONS)) {
    const prepared = [prepare(atFew), prepare(atMany)];
    costs.set(operation, await measureInTurn(prepared, rounds, () => engine.runMaintenance()));
  }
  printCosts(few, many, costs);
  const { sweeping } = atMany;
  if (sweeping === undefined) {
    console.log("\nNo sweep is needed: the engine removes each session when it expires.");
    return;
  }
  const [fewExpired, manyExpired] = [Math.ceil(many / 1_000), Math.ceil(many / 10)];
  printSweeps(await measureSweeps(engine, sweeping, [fewExpired, manyExpired]));
  printReading(manyExpired, await measureReading(engine, atMany, sweeping, manyExpired));
}

async function start(name: string): Promise<GrowthEngine | undefined> {
  try {
    return await ENGINES[name]?.();
  } catch (error) {
    if (!(error instanceof MissingEngineError)) throw error;
    console.log(`\n${name} is skipped: ${error.message}`);
    return undefined;
  }
}
