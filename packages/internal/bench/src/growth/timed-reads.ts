/** Milliseconds from one read to the next. */
const INTERVAL = 2;

/**
 * Begins to read at a constant rate, as visitors do that know nothing of each other. `stop` resolves to how long each
 * took in milliseconds, from when it was due: one that comes while the process is busy waits, and its wait counts.
 */
export function startReading(read: () => Promise<unknown>): { stop(): Promise<number[]> } {
  const latencies: number[] = [];
  const underWay: Promise<unknown>[] = [];
  let nextAt = performance.now();
  const readWhatIsDue = (): void => {
    for (; nextAt <= performance.now(); nextAt += INTERVAL) {
      const dueAt = nextAt;
      underWay.push(read().then(() => latencies.push(performance.now() - dueAt)));
    }
  };
  const timer = setInterval(readWhatIsDue, INTERVAL);
  return {
    async stop() {
      clearInterval(timer);
      readWhatIsDue();
      await Promise.all(underWay);
      return latencies;
    },
  };
}
