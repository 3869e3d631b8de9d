/** What is used of a `Deno.AtomicOperation` to end it. */
export interface Committable {
  commit(): Promise<{ readonly ok: boolean }>;
}

/** With {@link MAX_DELAY}, five seconds on average: half of what the core grants a store. */
const MAX_ATTEMPTS = 100;
/** Milliseconds. */
const MAX_DELAY = 100;

/**
 * Commits; `false` when a check failed.
 *
 * Deno KV in a file is SQLite, and does not wait for a lock: while another process is writing (`deno serve --parallel`
 * starts several), it rejects at once. Measured with two handles and 40 writers without a pause: four writes of five.
 * Nothing was written then, so trying again is safe. This error alone: after any other the write may have happened,
 * and its own check would fail then, which would look like somebody else's write. Deno gives it no code and no class.
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
  return /^database is locked$/.test((error as Partial<Error> | undefined)?.message ?? "");
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
