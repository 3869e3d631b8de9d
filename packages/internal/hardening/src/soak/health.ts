/** How a server is, at rest. */
export interface Health {
  /** Bytes that are left after garbage collection. */
  readonly heap: number;
  /** What keeps the process alive, by kind: sockets, timers, and so on. */
  readonly handles: Readonly<Record<string, number>>;
  readonly unhandledRejections: number;
  readonly requests: number;
}

/**
 * What is wrong with a server that was at `early` once and is at `late` now.
 *
 * @param tolerance - by what part of it the heap may have grown
 */
export function complaintsAbout(early: Health, late: Health, tolerance: number): string[] {
  const complaints: string[] = [];
  const growth = late.heap / early.heap - 1;
  // Less is as suspicious: then the first look was not at a server at rest, and the second proves nothing.
  if (Math.abs(growth) > tolerance) complaints.push(`the heap changed by ${(growth * 100).toFixed(1)} %`);
  const [before, after] = [early, late].map(({ handles }) => JSON.stringify(handles));
  if (before !== after) complaints.push(`the handles changed from ${before} to ${after}`);
  if (late.unhandledRejections > 0) complaints.push(`${late.unhandledRejections} unhandled rejections`);
  if (late.requests <= early.requests) complaints.push("nothing was asked of the server in between");
  return complaints;
}
