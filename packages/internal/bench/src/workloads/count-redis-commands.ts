import type { BenchRedisClient } from "../contenders/redis-client.ts";
import { type CountRoundTrips, settled } from "./round-trips.ts";

/**
 * Counts by what Redis itself says it was sent: the calls in `INFO commandstats`, without those that a script made from
 * inside, which are no round trips.
 */
export function countByRedis(client: BenchRedisClient): CountRoundTrips {
  return async (_contender, happen) => {
    await settled();
    await client.sendCommand(["CONFIG", "RESETSTAT"]);
    await happen();
    await settled();
    return roundTrips(String(await client.sendCommand(["INFO", "commandstats"])));
  };
}

/** @param commandstats - what `INFO commandstats` says, since it was reset */
export function roundTrips(commandstats: string): number {
  const calls = new Map<string, number>();
  for (const [, command = "", count] of commandstats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    calls.set(command, Number(count));
  }
  const scripts = sum(calls, (command) => /^(eval|evalsha|fcall)(_ro)?$/.test(command));
  // All of our scripts run where no other command is sent: with one there, everything else is from inside of it.
  if (scripts > 0) return scripts;
  return sum(calls, (command) => !/^(config|info)\b/.test(command));
}

function sum(calls: ReadonlyMap<string, number>, isCounted: (command: string) => boolean): number {
  return [...calls].reduce((total, [command, count]) => (isCounted(command) ? total + count : total), 0);
}
