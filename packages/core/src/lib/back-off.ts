/** Longest pause between two attempts, in milliseconds. */
const MAX_DELAY = 500;

/** Waits before attempt `attempt + 1`. Full jitter: without it the writers that collided would collide again. */
export function backOff(attempt: number): Promise<void> {
  const delay = Math.random() * Math.min(2 ** attempt, MAX_DELAY);
  return new Promise((resolve) => setTimeout(resolve, delay));
}
