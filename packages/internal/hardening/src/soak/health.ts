/** The state of the server when no request is running. */
export interface Health {
  /** Bytes of heap after garbage collection. */
  readonly heap: number;
  /** What keeps the process alive, counted by kind: sockets, timers and others. */
  readonly handles: Readonly<Record<string, number>>;
  readonly unhandledRejections: number;
  readonly requests: number;
}

/**
 * Compares two states of a server, and describes each problem.
 *
 * @param tolerance - how far the heap may change, as a fraction
 */
export function healthProblems(early: Health, late: Health, tolerance: number): string[] {
  const problems: string[] = [];
  const growth = late.heap / early.heap - 1;
  // A smaller heap is suspicious too: the server was not at rest at the first check, so the second one proves nothing.
  if (Math.abs(growth) > tolerance) problems.push(`the heap changed by ${(growth * 100).toFixed(1)} %`);
  const [before, after] = [early, late].map(({ handles }) => JSON.stringify(handles));
  if (before !== after) problems.push(`the handles changed from ${before} to ${after}`);
  if (late.unhandledRejections > 0) problems.push(`${late.unhandledRejections} unhandled rejections`);
  if (late.requests <= early.requests) problems.push("the server received no request between the two checks");
  return problems;
}
