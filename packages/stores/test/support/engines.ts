import { inject } from "vitest";

/** The URLs of the engines that the tests of this package share. Engines that are not installed are missing. */
export interface RunningEngines {
  readonly redis?: string;
  readonly upstash?: string;
  readonly postgres?: string;
  readonly mariadb?: string;
}

declare module "vitest" {
  interface ProvidedContext {
    engines: RunningEngines;
  }
}

/** The URL of an engine, or `undefined` when it is not installed. The output of the run then says how to install it. */
export function engineUrl(name: keyof RunningEngines): string | undefined {
  return inject("engines")[name];
}
