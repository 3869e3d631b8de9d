/** The exit codes of the process. */
export const exitCodes = {
  done: 0,
  /** The command worked, and its answer is no. */
  no: 1,
  /** Wrong usage or input. */
  usage: 2,
  /** The engine, or the driver for it, is missing, unreachable, not ready, or failed. */
  engine: 3,
  /** The code that shells use for Ctrl+C. */
  interrupted: 130,
} as const;
