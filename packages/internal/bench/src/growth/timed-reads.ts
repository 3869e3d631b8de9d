/** Milliseconds from one read to the next. */
const INTERVAL = 2;

/**
 * Starts to read at a constant rate, like independent visitors. `stop` resolves to the latencies in milliseconds, each
 * from the time when the read was due: the wait of a read that is due while the process is busy counts.
 */
export function startReading(read: () => Promise<unknown>): { stop(): Promise<number[]> } {
  const latencies: number[] = [];
  const pendingReads: Promise<unknown>[] = [];
  let nextAt = performance.now();
  const readWhenDue = (): void => {
    for (; nextAt <= performance.now(); nextAt += INTERVAL) {
      const dueAt = nextAt;
      pendingReads.push(read().then(() => latencies.push(performance.now() - dueAt)));
    }
  };
  const timer = setInterval(readWhenDue, INTERVAL);
  return {
    async stop() {
      clearInterval(timer);
      readWhenDue();
      await Promise.all(pendingReads);
      return latencies;
    },
  };
}
