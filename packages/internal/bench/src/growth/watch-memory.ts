/** How far the memory of this process grew, in bytes. */
export interface MemoryGrowth {
  /** What was in use, measured after a collection of what was not. */
  readonly heap: number;
  /** What the operating system gave it, before such a collection. */
  readonly resident: number;
}

/** Milliseconds from one look to the next. */
const INTERVAL = 50;

/** Watches the memory from now on, and needs `--expose-gc` for it. `stop` answers with the highest growth seen. */
export function watchMemory(): { stop(): MemoryGrowth } {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("node --expose-gc is needed");
  collect();
  const before = process.memoryUsage();
  let heap = 0;
  let resident = 0;
  const look = (): void => {
    resident = Math.max(resident, process.memoryUsage.rss() - before.rss);
    collect();
    heap = Math.max(heap, process.memoryUsage().heapUsed - before.heapUsed);
  };
  const timer = setInterval(look, INTERVAL);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { heap, resident };
    },
  };
}
