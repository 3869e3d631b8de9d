/**
 * Orders what one process does under one key: writers one after another, readers together, and nobody while a writer
 * is at it. Knows nothing of other processes.
 */
export interface KeyLock {
  /** Runs `task` when the writers before it have ended. */
  read<Result>(key: string, task: () => Promise<Result>): Promise<Result>;
  /** Runs `task` when everybody before it has ended. It calls `assertMine` before each change that it makes. */
  write<Result>(key: string, task: (assertMine: () => void) => Promise<Result>): Promise<Result>;
}

/** Those who wait for one key or are at it. Forgotten when the last of them leaves. */
interface Line {
  /** Settles when the writers that came so far have left, and those before them. */
  writers: Promise<unknown>;
  /** Settles when the readers that came so far have left. */
  readers: Promise<unknown>;
  /** How many are in the line, and how many have left it. */
  present: number;
  left: number;
  /** Those behind lost patience and form a new line. Who is still at it must not change anything any more. */
  isAbandoned: boolean;
}

/**
 * @param patience - milliseconds for which those who wait put up with nobody leaving the line. A driver may never
 * answer, and a Worker whose client went away is stopped halfway: neither may block a key for good. What is on its way
 * to the storage then may still arrive; whoever sent it changes nothing after that.
 */
export function keyLock(patience = 5_000): KeyLock {
  const lines = new Map<string, Line>();

  async function run<Result>(
    key: string,
    isWriter: boolean,
    task: (assertMine: () => void) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      const line = lines.get(key) ?? newLine();
      lines.set(key, line);
      const before = line.present === 0 ? undefined : isWriter ? both(line.writers, line.readers) : line.writers;
      const leave = join(line, isWriter);
      try {
        if (before !== undefined && !(await hasEnded(before, line))) forget(key, line);
        if (line.isAbandoned) continue;
        return await task(() => {
          if (line.isAbandoned) throw new Error(`The storage took longer than ${patience} ms, and others went ahead.`);
        });
      } finally {
        leave();
        if (line.present === 0) forget(key, line);
      }
    }
  }

  /** Whether there is no more to wait for; `false` when patience is at its end. */
  async function hasEnded(before: Promise<unknown>, line: Line): Promise<boolean> {
    for (;;) {
      const { left } = line;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), patience);
      });
      const isOver = await Promise.race([before.then(() => true), silence]);
      clearTimeout(timer);
      if (isOver || line.isAbandoned) return true;
      if (line.left === left) return false;
    }
  }

  function forget(key: string, line: Line): void {
    line.isAbandoned = true;
    if (lines.get(key) === line) lines.delete(key);
  }

  return {
    read: (key, task) => run(key, false, task),
    write: (key, task) => run(key, true, task),
  };
}

function newLine(): Line {
  return { writers: Promise.resolve(), readers: Promise.resolve(), present: 0, left: 0, isAbandoned: false };
}

/** Takes a place at the end; the result gives it up. */
function join(line: Line, isWriter: boolean): () => void {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  if (isWriter) line.writers = ended;
  else line.readers = both(line.readers, ended);
  line.present += 1;
  return () => {
    line.present -= 1;
    line.left += 1;
    end();
  };
}

/** Without a value, or a line that never empties would keep a list as long as its history. */
function both(one: Promise<unknown>, other: Promise<unknown>): Promise<void> {
  return Promise.all([one, other]).then(() => {});
}
