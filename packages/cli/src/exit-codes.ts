/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** It was asked, and the answer is no. */
  no: 1,
  /** Wrong usage or input. */
  usage: 2,
  /** The engine, or the driver for it, is missing, unreachable, not ready, or failed. */
  engine: 3,
  /** As shells say of what Ctrl+C ended. */
  interrupted: 130,
} as const;
