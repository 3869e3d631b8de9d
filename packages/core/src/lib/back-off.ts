/** Waits before another attempt at what others overtook. Full jitter: they would otherwise collide again, all at once. */
export function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** attempt, 500)));
}
