import type { BenchRedisClient } from "../contenders/redis-client.ts";
import { type CountRoundTrips, pendingWritesDone } from "./round-trips.ts";

/**
 * Counts the commands that Redis received, by `INFO commandstats`. Commands that a script runs inside Redis are no round
 * trips and do not count.
 */
export function countByRedis(client: BenchRedisClient): CountRoundTrips {
  return async (_contender, act) => {
    await pendingWritesDone();
    await client.sendCommand(["CONFIG", "RESETSTAT"]);
    await act();
    await pendingWritesDone();
    return roundTripsIn(String(await client.sendCommand(["INFO", "commandstats"])));
  };
}

/** @param commandstats - the answer to `INFO commandstats` since the last reset */
export function roundTripsIn(commandstats: string): number {
  const calls = new Map<string, number>();
  for (const [, command = "", count] of commandstats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    calls.set(command, Number(count));
  }
  const scripts = sum(calls, (command) => /^(eval|evalsha|fcall)(_ro)?$/.test(command));
  // A contender that runs a script sends no other command: all other counts come from inside the script.
  if (scripts > 0) return scripts;
  return sum(calls, (command) => !/^(config|info)\b/.test(command));
}

function sum(calls: ReadonlyMap<string, number>, isCounted: (command: string) => boolean): number {
  return [...calls].reduce((total, [command, count]) => (isCounted(command) ? total + count : total), 0);
}
