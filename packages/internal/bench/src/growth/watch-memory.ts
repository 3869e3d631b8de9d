/** How much the memory of this process grew, in bytes. */
export interface MemoryGrowth {
  /** Memory in use, after garbage collection. */
  readonly heap: number;
  /** Memory from the operating system, before garbage collection. */
  readonly resident: number;
}

/** Milliseconds from one measurement to the next. */
const INTERVAL = 50;

/** Watches the memory until `stop`, which returns the highest growth. Needs `--expose-gc`. */
export function watchMemory(): { stop(): MemoryGrowth } {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("run node with --expose-gc");
  collect();
  const before = process.memoryUsage();
  let heap = 0;
  let resident = 0;
  const measure = (): void => {
    resident = Math.max(resident, process.memoryUsage.rss() - before.rss);
    collect();
    heap = Math.max(heap, process.memoryUsage().heapUsed - before.heapUsed);
  };
  const timer = setInterval(measure, INTERVAL);
  return {
    stop() {
      clearInterval(timer);
      measure();
      return { heap, resident };
    },
  };
}
