/**
 * A lock per key within one process. Writers run one after another, and readers run together but never beside a writer.
 * The lock knows nothing of other processes.
 */
export interface KeyLock {
  /** Runs `task` after all earlier writers. */
  read<Result>(key: string, task: () => Promise<Result>): Promise<Result>;
  /** Runs `task` after all earlier readers and writers. The task must call `assertHeld` before each change it makes. */
  write<Result>(key: string, task: (assertHeld: () => void) => Promise<Result>): Promise<Result>;
}

/** The tasks of one key, running or waiting. Removed with its last task. */
interface Queue {
  /** Settles when all writers so far have left. */
  writers: Promise<unknown>;
  /** Settles when all readers so far have left. */
  readers: Promise<unknown>;
  /** The number of tasks in the queue. */
  present: number;
  /** The number of tasks that have left it. */
  left: number;
  /** The waiting tasks gave up and formed a new queue. Tasks that still run must not change anything. */
  isAbandoned: boolean;
}

/**
 * @param stallTimeout - milliseconds that tasks wait while no task leaves the queue. A driver may never answer, and a
 *   Worker whose client disconnects stops halfway: neither may block a key forever. A write that the stalled task has
 *   already sent may still reach the storage, but the task makes no further changes.
 */
export function keyLock(stallTimeout = 5_000): KeyLock {
  const queues = new Map<string, Queue>();

  async function run<Result>(
    key: string,
    isWriter: boolean,
    task: (assertHeld: () => void) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      const queue = queues.get(key) ?? newQueue();
      queues.set(key, queue);
      const earlier = earlierTasks(queue, isWriter);
      const leave = join(queue, isWriter);
      try {
        if (earlier !== undefined && !(await hasEnded(earlier, queue))) abandon(key, queue);
        if (queue.isAbandoned) continue;
        return await task(() => {
          if (!queue.isAbandoned) return;
          throw new Error(`The storage did not answer within ${stallTimeout} ms, so other requests went ahead.`);
        });
      } finally {
        leave();
        if (queue.present === 0) abandon(key, queue);
      }
    }
  }

  /** Waits for earlier tasks. Returns `false` when no task has left the queue for the length of the timeout. */
  async function hasEnded(earlier: Promise<unknown>, queue: Queue): Promise<boolean> {
    for (;;) {
      const { left } = queue;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const timeout = new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), stallTimeout);
      });
      const isOver = await Promise.race([earlier.then(() => true), timeout]);
      clearTimeout(timer);
      if (isOver || queue.isAbandoned) return true;
      if (queue.left === left) return false;
    }
  }

  function abandon(key: string, queue: Queue): void {
    queue.isAbandoned = true;
    if (queues.get(key) === queue) queues.delete(key);
  }

  return {
    read: (key, task) => run(key, false, task),
    write: (key, task) => run(key, true, task),
  };
}

function newQueue(): Queue {
  return { writers: Promise.resolve(), readers: Promise.resolve(), present: 0, left: 0, isAbandoned: false };
}

/** Settles when the tasks that a new one has to wait for have left. `undefined` when there is none. */
function earlierTasks(queue: Queue, isWriter: boolean): Promise<unknown> | undefined {
  if (queue.present === 0) return undefined;
  return isWriter ? both(queue.writers, queue.readers) : queue.writers;
}

/** Adds a task at the end of the queue. The result removes it. */
function join(queue: Queue, isWriter: boolean): () => void {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  if (isWriter) queue.writers = ended;
  else queue.readers = both(queue.readers, ended);
  queue.present += 1;
  return () => {
    queue.present -= 1;
    queue.left += 1;
    end();
  };
}

/** Without a value: in a queue that never empties, the values of all past tasks would stay in memory. */
function both(one: Promise<unknown>, other: Promise<unknown>): Promise<void> {
  return Promise.all([one, other]).then(() => {});
}
