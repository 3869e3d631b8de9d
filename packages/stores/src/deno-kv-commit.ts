/** The part of a `Deno.AtomicOperation` that commits it. */
export interface Committable {
  commit(): Promise<{ readonly ok: boolean }>;
}

/** Together with {@link MAX_DELAY}, five seconds on average: half of the core's default timeout. */
const MAX_ATTEMPTS = 100;
/** Milliseconds. */
const MAX_DELAY = 100;

/**
 * Commits, and repeats the attempt while another process holds the lock. Returns `false` when a check failed.
 *
 * Deno KV in a file is SQLite. It does not wait for the lock of another process (`deno serve --parallel` starts
 * several) but rejects at once: with two handles and 40 writers without a pause, four writes of five failed. A rejected
 * commit has written nothing, so that a retry is safe. This holds for this error only. After any other error the write
 * may have happened, and the check of a retry would then fail as if another request had written. Deno gives the error
 * no code and no class of its own.
 */
export async function commitWhenUnlocked(operation: Committable): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await operation.commit()).ok;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isLocked(error)) throw error;
    }
    await sleep(Math.random() * Math.min(MAX_DELAY, 2 ** attempt));
  }
}

function isLocked(error: unknown): boolean {
  return (error as Partial<Error> | undefined)?.message === "database is locked";
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
